import { StatusIcon } from '../icons/status.tsx';

interface FormEndProps {
  /** What no field of the form shows. */
  error: Error | null;
  busy: boolean;
  /** What the button says, and what it says meanwhile. */
  save: string;
  saving?: string;
  close: () => void;
}

export function FormEnd({ error, busy, save, saving = save, close }: FormEndProps) {
  return (
    <>
      {error && (
        <p className="ts s-failed" role="alert">
          {error.message}
        </p>
      )}
      <div className="row">
        <button type="submit" className="btn pri" disabled={busy}>
          {busy && <StatusIcon status="in_progress" silent />}
          {busy ? saving : save}
        </button>
        <button type="button" className="btn ghost" disabled={busy} onClick={close}>
          Cancel
        </button>
      </div>
    </>
  );
}
