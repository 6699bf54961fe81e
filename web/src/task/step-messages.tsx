import { MessageBox } from '../message/message-box.tsx';
import { SaidMessages } from '../message/said-messages.tsx';
import { useTaskMessages } from '../message/use-messages.ts';

interface StepMessagesProps {
  taskId: string;
  name: string;
  now: number;
  mayWrite: boolean;
}

/** What the agent of one step was told, and where to tell it more while it works. */
export function StepMessages({ taskId, name, now, mayWrite }: StepMessagesProps) {
  const said = useTaskMessages(taskId).data?.items ?? [];
  if (!mayWrite && said.length === 0) return null;
  return (
    <section className="sec tell">
      <h3>Messages</h3>
      <SaidMessages taskId={taskId} now={now} mayAct={mayWrite} />
      {mayWrite && <MessageBox taskId={taskId} name={name} />}
    </section>
  );
}
