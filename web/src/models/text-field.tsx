import type { ComponentProps, ReactNode } from 'react';
import { Field } from '../shell/field.tsx';

interface TextFieldProps extends ComponentProps<'input'> {
  id: string;
  label: string;
  hint?: ReactNode;
  problem: string | undefined;
  change: (value: string) => void;
}

export function TextField({ id, label, hint, problem, change, ...input }: TextFieldProps) {
  return (
    <Field id={id} label={label} hint={hint} problem={problem}>
      {(attributes) => (
        <input
          autoComplete="off"
          spellCheck={false}
          className="inp mono"
          {...input}
          {...attributes}
          onChange={(event) => change(event.target.value)}
        />
      )}
    </Field>
  );
}
