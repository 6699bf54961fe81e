import { useId, useState } from 'react';
import type { Step } from '../../../src/contracts/workflow.ts';
import { Field } from '../shell/field.tsx';
import { ChangeForm, type StepChange } from './change-form.tsx';
import { type InputField, inputFields, readInput } from './step-input.ts';

interface StepInputFormProps extends StepChange {
  /** As planned. */
  step: Step;
  /** What was changed in its `with` before. */
  changed: Record<string, unknown>;
}

/** Of a step that is no agent's: the arguments of a tool, what a person is asked, how long it waits. */
export function StepInputForm({ step, changed, ...change }: StepInputFormProps) {
  const [fields] = useState(() => inputFields(step, changed));
  const [texts, setTexts] = useState<Record<string, string>>({});
  const read = readInput(fields, texts);
  const wrong = 'wrong' in read ? read.wrong : [];
  const given = 'changed' in read && Object.keys(read.changed).length > 0 ? { with: read.changed } : {};
  return (
    <ChangeForm {...change} changes={wrong.length > 0 ? null : given}>
      {(problemOf) =>
        fields.map((field, place) => (
          <Input
            key={field.name}
            field={field}
            text={texts[field.name] ?? field.text}
            set={(text) => setTexts({ ...texts, [field.name]: text })}
            problem={wrong.includes(field.name) ? 'This is no JSON object.' : problemOf(`with/${field.name}`)}
            first={place === 0}
          />
        ))
      }
    </ChangeForm>
  );
}

interface InputProps {
  field: InputField;
  text: string;
  set: (text: string) => void;
  problem: string | undefined;
  first: boolean;
}

function Input({ field: { name, label, hint, kind }, text, set, problem, first }: InputProps) {
  const ids = useId();
  const value = { value: text, autoFocus: first };
  return (
    <Field id={`${ids}${name}`} label={label} hint={hint} problem={problem}>
      {(attributes) =>
        kind === 'text' ? (
          <input {...attributes} {...value} className="inp" onChange={({ target }) => set(target.value)} />
        ) : (
          <textarea
            {...attributes}
            {...value}
            className={`inp${kind === 'json' ? ' mono' : ''}`}
            rows={kind === 'json' ? 7 : 4}
            spellCheck={kind !== 'json'}
            onChange={({ target }) => set(target.value)}
          />
        )
      }
    </Field>
  );
}
