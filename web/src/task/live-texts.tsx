import type { CallText } from '../../../client/index.ts';
import type { TaskTree } from '../../../src/contracts/task.ts';
import { AgentTile } from '../icons/agent-tile.tsx';
import { Writing } from '../markdown/writing.tsx';
import { plural } from '../words/format.ts';
import { type PlanRow, leaves } from './plan-rows.ts';

interface LiveTextsProps {
  tree: TaskTree;
  rows: PlanRow[];
  texts: ReadonlyMap<string, CallText>;
}

/** What the steps at work are writing now, the newest lines of each; what the Chief of Staff writes stands last and whole. */
export function LiveTexts({ tree, rows, texts }: LiveTextsProps) {
  // What stands still has been written already; the last of it is not what is written now.
  const atWork = leaves(rows).filter(
    ({ step }) => step.taskId && step.status === 'in_progress' && texts.get(step.taskId)?.text,
  );
  const own = tree.task.status === 'in_progress' ? texts.get(tree.task.id)?.text : undefined;
  return (
    <>
      {atWork.map(({ path, step }) => (
        <section key={path} className="card live" aria-label={`${step.title}, being written`}>
          <p className="row ts t2">
            {step.agent && <AgentTile agent={step.agent} small />}
            <span className="ell">
              {step.agent?.name} writes <span className="fm">{step.title}</span>
            </span>
          </p>
          <Tail text={texts.get(step.taskId ?? '')?.text ?? ''} />
        </section>
      ))}
      {own && atWork.length === 0 && <Writing text={shown(own)} />}
    </>
  );
}

export function Tail({ text }: { text: string }) {
  return (
    <div className="tail">
      <p>
        {shown(text)}
        <span className="caret" aria-hidden="true" />
      </p>
    </div>
  );
}

/** A plan or other data on its way is for programs; people get it when it is whole. */
function shown(text: string): string {
  return /^\s*\{/.test(text) ? `Data, ${plural(text.length, 'character')} so far` : text;
}
