import { type FormEvent, type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import { Icon } from '../icons/icon.tsx';

interface WriteBoxProps {
  /** Of the form: whom it reaches. */
  name: string;
  placeholder: string;
  busy: boolean;
  error: Error | null;
  /** Calls `sent` when it has arrived: what is written stays until then. */
  send: (text: string, sent: () => void) => void;
  autoFocus?: boolean;
  /** Beside the button that sends. */
  children?: ReactNode;
}

/** Where one writes to an agent. Enter sends, Shift Enter begins a line; on a touch screen only the button sends. */
export function WriteBox({ name, placeholder, busy, error, send, autoFocus, children }: WriteBoxProps) {
  const ids = useId();
  const [text, setText] = useState('');
  const empty = text.trim() === '';
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (!empty && !busy) send(text.trim(), () => setText(''));
  };
  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Escape') event.currentTarget.blur();
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    if (!event.metaKey && !event.ctrlKey && matchMedia('(pointer: coarse)').matches) return;
    event.preventDefault();
    submit();
  };
  return (
    <form className="write" aria-label={name} onSubmit={submit}>
      <div className="box">
        <label className="vh" htmlFor={ids}>
          Message
        </label>
        <textarea
          id={ids}
          rows={1}
          maxLength={50_000}
          value={text}
          placeholder={placeholder}
          autoFocus={autoFocus}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={onKey}
        />
        {children}
        <button
          type="submit"
          className="btn icon pri sm"
          aria-label="Send"
          title="Send (Enter)"
          aria-disabled={empty || busy}
        >
          <Icon name="send" small />
        </button>
      </div>
      {error && (
        <p className="ts s-failed" role="alert">
          {error.message} What you wrote is still here.
        </p>
      )}
    </form>
  );
}
