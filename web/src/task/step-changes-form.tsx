import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import type { StepChanges } from '../../../src/contracts/run.ts';
import { useAgents } from '../agents/use-agents.ts';
import { Field, problemAt } from '../shell/field.tsx';
import { Icon } from '../icons/icon.tsx';
import type { IconName } from '../icons/shapes.tsx';
import type { PlanRow } from './plan-rows.ts';

interface StepChangesFormProps {
  row: PlanRow;
  title: string;
  /** What will happen. */
  hint: string;
  /** The goal as it stands; changed only when something else is written. Null: it has none. */
  goal: string | null;
  /** What the goal is, where it is not known word for word before the step begins. */
  planned?: string;
  icon: IconName;
  words: { act: string; busy: string };
  /** Whether it makes sense without a change. */
  mayBeEmpty: boolean;
  /** Where in the request the changes stand, as a JSON Pointer. */
  at: '' | '/changes';
  submit: (changes: StepChanges) => Promise<unknown>;
  close: () => void;
}

const fields = ['goal', 'agentId', 'instructions', 'model'] as const;
type Values = Record<(typeof fields)[number], string>;

/** What a person changes in one step of one run; the plan stays as it is. */
export function StepChangesForm(props: StepChangesFormProps) {
  const { row, title, hint, goal, icon, words, mayBeEmpty, at, submit, close } = props;
  const [values, setValues] = useState<Values>({
    goal: goal ?? '',
    agentId: '',
    instructions: '',
    model: '',
  });
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: submit,
    onSuccess: close,
    onSettled: () => queries.invalidateQueries({ queryKey: ['tree'] }),
  });
  const changes = changesOf(values, goal);
  const problem = (name: keyof Values) => problemAt(change.error, `${at}/${name}`);
  const emptied = goal !== null && goal !== '' && values.goal.trim() === '';
  const idle = emptied || (!mayBeEmpty && Object.keys(changes).length === 0);
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
      <Inputs
        {...props}
        values={values}
        set={(part) => setValues({ ...values, ...part })}
        problem={problem}
        agentStep={row.step.kind === 'agent'}
      />
      <p className="hint">{hint}</p>
      {change.error && !fields.some(problem) && (
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

/** What is left empty, or as it was, is no change. */
function changesOf(values: Values, goal: string | null): StepChanges {
  const given = fields.flatMap((name) => {
    const text = values[name].trim();
    return text === '' || (name === 'goal' && text === goal?.trim()) ? [] : [[name, text]];
  });
  return Object.fromEntries(given) as StepChanges;
}

interface InputsProps extends Pick<StepChangesFormProps, 'goal' | 'planned'> {
  values: Values;
  set: (part: Partial<Values>) => void;
  problem: (name: keyof Values) => string | undefined;
  agentStep: boolean;
}

function Inputs({ goal, planned, values, set, problem, agentStep }: InputsProps) {
  const ids = useId();
  const agents = useAgents();
  const operators = agents.data?.items.filter(({ role }) => role === 'master_operator');
  return (
    <>
      {goal !== null && (
        <Field id={`${ids}goal`} label="Goal" problem={problem('goal')}>
          {(attributes) => (
            <textarea
              {...attributes}
              className="inp"
              rows={4}
              autoFocus
              placeholder={planned}
              value={values.goal}
              onChange={({ target }) => set({ goal: target.value })}
            />
          )}
        </Field>
      )}
      {agentStep && (
        <>
          <Field id={`${ids}agent`} label="Agent" problem={problem('agentId') ?? agents.error?.message}>
            {(attributes) => (
              <select
                {...attributes}
                className="inp"
                value={values.agentId}
                onChange={({ target }) => set({ agentId: target.value })}
              >
                <option value="">As planned</option>
                {operators?.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <More ids={ids} values={values} set={set} problem={problem} />
        </>
      )}
    </>
  );
}

function More({ ids, values, set, problem }: Omit<InputsProps, 'goal' | 'agentStep'> & { ids: string }) {
  const open = problem('instructions') !== undefined || problem('model') !== undefined;
  return (
    <details className="more" open={open}>
      <summary className="ts t2">Other instructions or model</summary>
      <Field
        id={`${ids}instructions`}
        label="Instructions"
        hint="Instead of the agent’s own, for this step alone."
        problem={problem('instructions')}
      >
        {(attributes) => (
          <textarea
            {...attributes}
            className="inp"
            rows={3}
            value={values.instructions}
            onChange={({ target }) => set({ instructions: target.value })}
          />
        )}
      </Field>
      <Field
        id={`${ids}model`}
        label="Model"
        hint="The only one that may be used."
        problem={problem('model')}
      >
        {(attributes) => (
          <input
            {...attributes}
            className="inp mono"
            autoComplete="off"
            spellCheck={false}
            value={values.model}
            onChange={({ target }) => set({ model: target.value })}
          />
        )}
      </Field>
    </details>
  );
}
