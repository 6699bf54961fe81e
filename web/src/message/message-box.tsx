import { useSend } from './use-messages.ts';
import { WriteBox } from './write-box.tsx';

/** Steers a task while it works: the next turn of its agent shows what is written here. */
export function MessageBox({ taskId, name }: { taskId: string; name: string }) {
  const send = useSend();
  return (
    <WriteBox
      name={`Message to ${name}`}
      placeholder={`Message ${name}: read at its next turn`}
      busy={send.isPending}
      error={send.error}
      send={(text, sent) => send.mutate({ taskId, text }, { onSuccess: sent })}
    />
  );
}
