import { useId, useState } from 'react';
import type { StepChanges } from '../../../src/contracts/run.ts';
import { useAgents } from '../agents/use-agents.ts';
import { Field } from '../shell/field.tsx';
import { ChangeForm, type StepChange } from './change-form.tsx';

interface StepChangesFormProps extends StepChange {
  /** The goal as it stands; changed only when something else is written. Null: it has none. */
  goal: string | null;
  /** What the goal is, where it is not known word for word before the step begins. */
  planned?: string;
}

const fields = ['goal', 'agentId', 'instructions', 'model'] as const;
type Values = Record<(typeof fields)[number], string>;

/** Of an agent's step: another goal, agent, instructions or model. */
export function StepChangesForm({ goal, planned, ...change }: StepChangesFormProps) {
  const [values, setValues] = useState<Values>({
    goal: goal ?? '',
    agentId: '',
    instructions: '',
    model: '',
  });
  const emptied = goal !== null && goal !== '' && values.goal.trim() === '';
  return (
    <ChangeForm {...change} changes={emptied ? null : changesOf(values, goal)}>
      {(problem) => (
        <Inputs
          goal={goal}
          {...(planned === undefined ? {} : { planned })}
          values={values}
          set={(part) => setValues({ ...values, ...part })}
          problem={problem}
        />
      )}
    </ChangeForm>
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
}

function Inputs({ goal, planned, values, set, problem }: InputsProps) {
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
  );
}

function More({ ids, values, set, problem }: Omit<InputsProps, 'goal' | 'planned'> & { ids: string }) {
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
