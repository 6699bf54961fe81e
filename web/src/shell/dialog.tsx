import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Icon } from '../icons/icon.tsx';

interface DialogProps {
  title: string;
  className?: string;
  close: () => void;
  children: ReactNode;
}

/** A modal dialog of the browser: it keeps the focus, and Escape closes it. */
export function Dialog({ title, className = '', close, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const ids = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className={`dialog ${className}`} aria-labelledby={ids} onClose={close}>
      <div className="row hd2">
        <h2 id={ids} className="grow">
          {title}
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
      {children}
    </dialog>
  );
}
