import type { PlanProposal } from '../../../src/contracts/plan.ts';
import type { Step, WorkflowDefinition } from '../../../src/contracts/workflow.ts';

interface ProposedStepsProps {
  definition: WorkflowDefinition;
  /** Of a new rest or a correction: what becomes of each step. */
  proposal: PlanProposal | undefined;
}

/** The steps of a plan before it runs: what, who, and after what. */
export function ProposedSteps({ definition, proposal }: ProposedStepsProps) {
  const titles = new Map(definition.steps.map(({ id, title }) => [id, title ?? id]));
  const removed = proposal?.changes?.removed ?? [];
  return (
    <>
      <ol className="proposed">
        {definition.steps.map((step) => {
          const said = (text: string) => inWords(text, titles, step.forEach?.as);
          return (
            <li key={step.id}>
              <p className="fm">
                {said(step.title ?? step.id)} <Mark id={step.id} proposal={proposal} />
              </p>
              <p className="ts t2">{aboutStep(step, titles)}</p>
              {step.kind === 'agent' && step.with.goal !== step.title && (
                <p className="ts goal">{said(step.with.goal)}</p>
              )}
            </li>
          );
        })}
      </ol>
      {removed.length > 0 && <p className="ts t2">No longer in it: {removed.join(', ')}.</p>}
    </>
  );
}

function Mark({ id, proposal }: { id: string; proposal: PlanProposal | undefined }) {
  const wrong = proposal?.corrections?.find(({ step }) => step === id);
  if (wrong) return <span className="s-waiting ts">again: {wrong.note}</span>;
  if (proposal?.changes?.added.includes(id)) return <span className="tag">new</span>;
  return null;
}

/** References as people say them: what another step brings, what was given, or the item that it is about. */
function inWords(text: string, titles: Map<string, string>, item?: string): string {
  return text
    .replace(/\$\{\{\s*([\w-]+)[^}]*\}\}/g, (all, name: string) => (name === item ? `(${name})` : all))
    .replace(/\$\{\{\s*steps\.([\w-]+)\.output[^}]*\}\}/g, (_all, id: string) => {
      const title = titles.get(id);
      return title && !title.includes('${{') ? `(result of “${title}”)` : `(result of ${id})`;
    })
    .replace(/\$\{\{\s*inputs\.([\w-]+)[^}]*\}\}/g, '($1)');
}

function aboutStep(step: Step, titles: Map<string, string>): string {
  const after = step.dependsOn.map((id) => `“${inWords(titles.get(id) ?? id, titles)}”`);
  return [
    whoOf(step),
    after.length > 0 ? `after ${after.join(', ')}` : 'at once',
    step.if === null ? '' : `only if ${step.if}`,
    step.forEach ? `for each of ${itemsOf(step.forEach.items)}` : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

function itemsOf(items: string | unknown[]): string {
  return typeof items === 'string' ? items : `${items.length} items`;
}

function whoOf(step: Step): string {
  if (step.kind !== 'agent') return kinds[step.kind];
  const needs = (step.with.requires ?? []).map(({ capability, level }) => `${capability} ${level}`);
  if (needs.length > 0) return `an agent with ${needs.join(', ')}`;
  return step.with.agentId === null ? 'any agent' : 'one agent';
}

const kinds: Record<Exclude<Step['kind'], 'agent'>, string> = {
  tool: 'a tool',
  approval: 'asks a person',
  workflow: 'runs a workflow',
  wait: 'waits',
  set: 'works out values',
};
