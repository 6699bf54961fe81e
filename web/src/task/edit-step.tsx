import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Icon } from '../icons/icon.tsx';
import { api } from '../shell/api.ts';
import { isOver } from '../words/status-words.ts';
import type { PlanRow } from './plan-rows.ts';
import { StepChangesForm } from './step-changes-form.tsx';

/** An agent's step can be changed until an agent has it. */
export function mayEdit({ run, step, tree }: PlanRow): boolean {
  if (run === null || isOver(run.status) || step.kind !== 'agent' || isOver(step.status)) return false;
  return step.status === 'pending' || tree?.task.attempt === 0;
}

/** What a step will be given, changed before its work begins; for this run alone. */
export function EditStep({ row }: { row: PlanRow }) {
  const [open, setOpen] = useState(false);
  const { step, run, tree } = row;
  const runId = run?.id ?? '';
  const planned = usePlannedGoal(runId, { stepId: step.stepId, enabled: open && tree === null });
  if (!open) {
    return (
      <button type="button" className="btn sm" onClick={() => setOpen(true)}>
        <Icon name="edit" small />
        Change this step
      </button>
    );
  }
  return (
    <StepChangesForm
      row={row}
      title="Change this step"
      hint="For this run alone, before its work begins. What is left empty stays as planned."
      goal={tree?.task.goal ?? step.changes?.goal ?? ''}
      {...(planned === undefined ? {} : { planned })}
      icon="edit"
      words={{ act: 'Change', busy: 'Changing' }}
      mayBeEmpty={false}
      at=""
      submit={(changes) => api.runs.editStep(runId, step.key, changes)}
      close={() => setOpen(false)}
    />
  );
}

/** As the plan has it, references and all: what they stand for is known when the step begins. */
function usePlannedGoal(runId: string, { stepId, enabled }: { stepId: string; enabled: boolean }) {
  const plan = useQuery({
    queryKey: ['step', 'planned', runId],
    queryFn: async () => {
      const { taskId } = await api.runs.read(runId);
      return taskId === null ? null : api.tasks.plan(taskId);
    },
    enabled,
  });
  const step = plan.data?.definition.steps.find(({ id }) => id === stepId);
  return step?.kind === 'agent' ? step.with.goal : undefined;
}
