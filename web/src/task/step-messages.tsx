import { MessageBox } from '../message/message-box.tsx';
import { QuestionCard } from '../message/question-card.tsx';
import { SaidMessages } from '../message/said-messages.tsx';
import { useQuestions, useTaskMessages } from '../message/use-messages.ts';

interface StepMessagesProps {
  taskId: string;
  name: string;
  now: number;
  mayWrite: boolean;
}

/** What the agent of one step was told and asks, and where to answer and to tell it more while it works. */
export function StepMessages({ taskId, name, now, mayWrite }: StepMessagesProps) {
  const said = useTaskMessages(taskId).data?.items ?? [];
  const asked = useQuestions().data?.items.filter(({ fromTaskId }) => fromTaskId === taskId) ?? [];
  if (!mayWrite && said.length === 0) return null;
  return (
    <section className="sec tell">
      <h3>Messages</h3>
      <SaidMessages taskId={taskId} now={now} mayAct={mayWrite} except={new Set(asked.map(({ id }) => id))} />
      {asked.map((question) => (
        <QuestionCard key={question.id} question={question} now={now} mayAct={mayWrite} />
      ))}
      {mayWrite && <MessageBox taskId={taskId} name={name} />}
    </section>
  );
}
