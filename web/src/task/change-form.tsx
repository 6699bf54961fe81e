import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FormEvent, ReactNode } from 'react';
import type { StepChanges } from '../../../src/contracts/run.ts';
import { isApiProblem } from '../../../client/index.ts';
import { Icon } from '../icons/icon.tsx';
import type { IconName } from '../icons/shapes.tsx';

/** What a person changes in one step of one run; the plan stays as it is. */
export interface StepChange {
  title: string;
  /** What will happen. */
  hint: string;
  icon: IconName;
  words: { act: string; busy: string };
  /** Whether it makes sense without a change. */
  mayBeEmpty: boolean;
  /** Where in the request the changes stand, as a JSON Pointer. */
  at: '' | '/changes';
  submit: (changes: StepChanges) => Promise<unknown>;
  close: () => void;
}

interface ChangeFormProps extends StepChange {
  /** Null: what stands in the fields cannot be sent. */
  changes: StepChanges | null;
  /** The fields; `problemOf` says what the server did not take of one, or of what is below it. */
  children: (problemOf: (field: string) => string | undefined) => ReactNode;
}

export function ChangeForm(props: ChangeFormProps) {
  const { title, hint, icon, words, mayBeEmpty, at, submit, close, changes, children } = props;
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: submit,
    onSuccess: close,
    onSettled: () => queries.invalidateQueries({ queryKey: ['tree'] }),
  });
  const shown = new Set<string>();
  const problemOf = (field: string) => {
    const place = `${at}/${field}`;
    const found = problemsOf(change.error).filter(
      ({ pointer }) => pointer === place || pointer.startsWith(`${place}/`),
    );
    for (const { pointer } of found) shown.add(pointer);
    return found.length === 0 ? undefined : found.map(({ message }) => message).join(' ');
  };
  const fields = children(problemOf);
  const idle = changes === null || (!mayBeEmpty && Object.keys(changes).length === 0);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!idle && !change.isPending) change.mutate(changes);
  };
  return (
    <form
      className="retry"
      aria-label={title}
      onSubmit={send}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        event.preventDefault();
        close();
      }}
    >
      <h3>{title}</h3>
      {fields}
      <p className="hint">{hint}</p>
      {change.error && shown.size === 0 && (
        <p className="ts s-failed" role="alert">
          {change.error.message}
        </p>
      )}
      <div className="row">
        <button type="submit" className="btn sm pri" disabled={change.isPending || idle}>
          <Icon name={icon} small />
          {change.isPending ? words.busy : words.act}
        </button>
        <button type="button" className="btn sm ghost" onClick={close}>
          Keep as it is
        </button>
      </div>
    </form>
  );
}

function problemsOf(error: Error | null): { pointer: string; message: string }[] {
  return isApiProblem(error) ? error.problems : [];
}
