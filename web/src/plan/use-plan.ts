import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { AcceptPlan, RejectPlan } from '../../../src/contracts/plan.ts';
import { api } from '../shell/api.ts';

/** Below 'step', so that whatever happens in the tree has it read again. */
export function usePlan(taskId: string) {
  return useQuery({ queryKey: ['step', 'plan', taskId], queryFn: () => api.tasks.plan(taskId) });
}

/** With the number of the plan that the person sees. */
export type PlanDecision = (AcceptPlan | RejectPlan) & { n: number };

export function useDecidePlan(taskId: string) {
  const again = useReadAgain();
  return useMutation({
    mutationFn: (decision: PlanDecision) =>
      'reason' in decision ? api.tasks.rejectPlan(taskId, decision) : api.tasks.acceptPlan(taskId, decision),
    onSettled: again,
  });
}

export function useLiftGuard(taskId: string) {
  const again = useReadAgain();
  return useMutation({ mutationFn: () => api.tasks.liftGuard(taskId), onSettled: again });
}

export function useTopUp(budgetId: string) {
  const again = useReadAgain();
  return useMutation({ mutationFn: (usd: number) => api.budgets.topUp(budgetId, usd), onSettled: again });
}

function useReadAgain() {
  const queries = useQueryClient();
  return () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['step'] }),
      queries.invalidateQueries({ queryKey: ['tree'] }),
    ]);
}
