import { useState } from 'react';
import { Icon } from '../icons/icon.tsx';
import { api } from '../shell/api.ts';
import { useFocusBack } from '../shell/use-focus-back.ts';
import { isOver } from '../words/status-words.ts';
import type { PlanRow } from './plan-rows.ts';
import { StepForm } from './step-form.tsx';

/** A step can be changed until its work begins: an agent's until somebody has it, another one also while it only waits. */
export function mayEdit({ run, step, tree }: PlanRow): boolean {
  if (run === null || isOver(run.status) || isOver(step.status)) return false;
  if (step.status === 'pending') return true;
  if (step.kind === 'agent') return tree?.task.attempt === 0;
  return step.status === 'waiting' && step.taskId === null;
}

/** What a step will be given, changed before its work begins; for this run alone. */
export function EditStep({ row }: { row: PlanRow }) {
  const [open, setOpen] = useState(false);
  const opener = useFocusBack(open);
  const { step, run } = row;
  if (!open) {
    return (
      <button ref={opener} type="button" className="btn sm" onClick={() => setOpen(true)}>
        <Icon name="edit" small />
        Change this step
      </button>
    );
  }
  return (
    <StepForm
      row={row}
      title="Change this step"
      hint={`For this run alone${step.status === 'waiting' && step.kind !== 'agent' ? ': it begins anew with it, and who was asked is asked anew' : ', before its work begins'}. What is left as it is stays as planned.`}
      icon="edit"
      words={{ act: 'Change', busy: 'Changing' }}
      mayBeEmpty={false}
      at=""
      submit={(changes) => api.runs.editStep(run?.id ?? '', step.key, changes)}
      close={() => setOpen(false)}
    />
  );
}
