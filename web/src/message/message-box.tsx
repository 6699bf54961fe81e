import { type FormEvent, useId, useState } from 'react';
import { Icon } from '../icons/icon.tsx';
import { useSend } from './use-messages.ts';

/** Steers a task while it works: the next turn of its agent shows what is written here. */
export function MessageBox({ taskId, name }: { taskId: string; name: string }) {
  const ids = useId();
  const [text, setText] = useState('');
  const send = useSend();
  const empty = text.trim() === '';
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (empty || send.isPending) return;
    send.mutate({ taskId, text: text.trim() }, { onSuccess: () => setText('') });
  };
  return (
    <form className="write" aria-label={`Message to ${name}`} onSubmit={submit}>
      <div className="box">
        <label className="vh" htmlFor={ids}>
          Message
        </label>
        <textarea
          id={ids}
          rows={1}
          maxLength={50_000}
          value={text}
          placeholder={`Message ${name}: read at its next turn`}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) submit();
            if (event.key === 'Escape') event.currentTarget.blur();
          }}
        />
        <button
          type="submit"
          className="btn icon pri sm"
          aria-label="Send"
          title="Send (Ctrl Enter)"
          aria-disabled={empty || send.isPending}
        >
          <Icon name="send" small />
        </button>
      </div>
      {send.error && (
        <p className="ts s-failed" role="alert">
          {send.error.message} What you wrote is still here.
        </p>
      )}
    </form>
  );
}
