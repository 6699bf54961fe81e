import type { TaskTree } from '../../../src/contracts/task.ts';
import { QuestionCard } from './question-card.tsx';
import { SaidMessages } from './said-messages.tsx';
import { useQuestions } from './use-messages.ts';

interface ThreadProps {
  tree: TaskTree;
  now: number;
  mayAct: boolean;
}

/** What people and the Chief of Staff wrote to each other, and what any agent below asks a person. */
export function MessageThread({ tree, now, mayAct }: ThreadProps) {
  const asked = useQuestions().data?.items ?? [];
  const tasks = new Map(tasksOf(tree).map(({ task }) => [task.id, task]));
  const here = asked.filter(({ fromTaskId }) => fromTaskId !== null && tasks.has(fromTaskId));
  const open = new Set(here.map(({ id }) => id));
  return (
    <>
      <SaidMessages taskId={tree.task.id} now={now} except={open} />
      {here.map((question) => (
        <QuestionCard key={question.id} question={question} now={now} mayAct={mayAct} />
      ))}
    </>
  );
}

export function tasksOf(tree: TaskTree): TaskTree[] {
  return [tree, ...tree.children.flatMap(tasksOf)];
}
