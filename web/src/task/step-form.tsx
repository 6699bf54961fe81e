import { useQuery } from '@tanstack/react-query';
import { api } from '../shell/api.ts';
import type { StepChange } from './change-form.tsx';
import type { PlanRow } from './plan-rows.ts';
import { StepChangesForm } from './step-changes-form.tsx';
import { StepInputForm } from './step-input-form.tsx';

interface StepFormProps extends StepChange {
  row: PlanRow;
}

/** What a step is given, in the form that fits its kind, filled with what it has. */
export function StepForm({ row, ...change }: StepFormProps) {
  const { step, run, tree } = row;
  const agents = step.kind === 'agent';
  const plan = usePlannedStep(run?.id ?? '', { stepId: step.stepId, enabled: !agents || tree === null });
  if (agents) {
    const { data } = plan;
    return (
      <StepChangesForm
        {...change}
        goal={tree?.task.goal ?? step.changes?.goal ?? ''}
        {...(data?.kind === 'agent' ? { planned: data.with.goal } : {})}
      />
    );
  }
  if (plan.data) return <StepInputForm {...change} step={plan.data} changed={step.changes?.with ?? {}} />;
  return (
    <p className="ts t2" role="status">
      {plan.isPending ? 'Looking at the plan' : (plan.error?.message ?? 'The plan does not have this step.')}
    </p>
  );
}

/** As the plan has it, references and all: what they stand for is known when the step begins. */
function usePlannedStep(runId: string, { stepId, enabled }: { stepId: string; enabled: boolean }) {
  return useQuery({
    queryKey: ['step', 'planned', runId],
    queryFn: async () => {
      const { taskId } = await api.runs.read(runId);
      return taskId === null ? null : api.tasks.plan(taskId);
    },
    select: (plan) => plan?.definition.steps.find(({ id }) => id === stepId) ?? null,
    enabled,
  });
}
