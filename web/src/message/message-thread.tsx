import type { TaskTree } from '../../../src/contracts/task.ts';
import { PartFailed } from '../shell/load-failed.tsx';
import { QuestionCard } from './question-card.tsx';
import { SaidMessages } from './said-messages.tsx';
import { useQuestions } from './use-messages.ts';

interface ThreadProps {
  tree: TaskTree;
  now: number;
  mayAct: boolean;
}

/** What people and the Chief of Staff wrote to each other, and what any agent or step below asks a person. */
export function MessageThread({ tree, now, mayAct }: ThreadProps) {
  const found = useQuestions();
  const asked = found.data?.items ?? [];
  const askers = new Set(tasksOf(tree).flatMap(askersIn));
  const here = asked.filter(({ fromTaskId, runId }) => askers.has(fromTaskId ?? runId ?? ''));
  const open = new Set(here.map(({ id }) => id));
  return (
    <>
      <SaidMessages taskId={tree.task.id} now={now} mayAct={mayAct} except={open} />
      <PartFailed what="the questions" found={found} />
      {here.map((question) => (
        <QuestionCard key={question.id} question={question} now={now} mayAct={mayAct} />
      ))}
    </>
  );
}

/** Ids of those that may ask: a task, and the runs whose steps wait for an answer. */
function askersIn({ task, run, nested }: TaskTree): string[] {
  return [task.id, ...(run ? [run.id] : []), ...nested.map(({ id }) => id)];
}

export function tasksOf(tree: TaskTree): TaskTree[] {
  return [tree, ...tree.children.flatMap(tasksOf)];
}
