import { useEffect, useRef } from 'react';
import { Icon } from '../icons/icon.tsx';

const keys = [
  ['C', 'New goal'],
  ['/', 'Write in the composer'],
  ['⌘ Enter', 'Run what is written (Ctrl Enter elsewhere)'],
  ['J', 'Next step'],
  ['K', 'Previous step'],
  ['A', 'Approve (on the focused approval)'],
  ['D', 'Deny (on the focused approval)'],
  ['Enter', 'Open'],
  ['Esc', 'Close, back'],
  ['?', 'These keys'],
] as const;

export function KeysDialog({ close }: { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="keys-title" onClose={close}>
      <div className="row hd2">
        <h2 id="keys-title" className="grow">
          Keyboard shortcuts
        </h2>
        <button
          type="button"
          className="btn icon ghost sm"
          aria-label="Close"
          onClick={() => dialog.current?.close()}
        >
          <Icon name="x" />
        </button>
      </div>
      <dl className="keys">
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd className="kbd always">{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
