import type { ReactNode } from 'react';
import { isApiProblem } from '../../../client/index.ts';

interface FieldAttributes {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: true;
}

interface FieldProps {
  id: string;
  label: ReactNode;
  hint?: ReactNode;
  /** Why what stands in it is not taken. It replaces the hint. */
  problem?: string | undefined;
  children: (attributes: FieldAttributes) => ReactNode;
}

/** A labelled control with its hint, or the reason under it in words. */
export function Field({ id, label, hint, problem, children }: FieldProps) {
  const about = `${id}-about`;
  return (
    <div className="fld">
      <label className="lab" htmlFor={id}>
        {label}
      </label>
      {children({
        id,
        ...(problem || hint ? { 'aria-describedby': about } : {}),
        ...(problem ? { 'aria-invalid': true } : {}),
      })}
      {problem ? (
        <p id={about} className="hint s-failed" role="alert">
          {problem}
        </p>
      ) : (
        hint && (
          <p id={about} className="hint">
            {hint}
          </p>
        )
      )}
    </div>
  );
}

/** What the server said about one place of what was sent. */
export function problemAt(error: Error | null, pointer: string): string | undefined {
  if (!isApiProblem(error)) return undefined;
  return error.problems.find((problem) => problem.pointer === pointer)?.message;
}
