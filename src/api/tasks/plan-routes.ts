import { acceptPlan } from '../../commands/accept-plan.ts';
import { rejectPlan } from '../../commands/reject-plan.ts';
import { liftGuard } from '../../commands/lift-guard.ts';
import type { ToolsOf } from '../../commands/tools-of.ts';
import { LiftGuard } from '../../contracts/guard.ts';
import { AcceptPlan, PlanView, RejectPlan } from '../../contracts/plan.ts';
import { Task } from '../../contracts/task.ts';
import { listPlans } from '../../db/plan-store.ts';
import type { Tx } from '../../db/record.ts';
import { findVersion } from '../../db/workflow-store.ts';
import { notFound } from '../../errors.ts';
import type { Door } from '../door/door.ts';
import { route } from '../door/route.ts';
import type { TemporalPlace } from '../temporal-link.ts';
import { presentProposal } from './present-proposal.ts';
import { params, tag, taskOf, viewTask } from './routes.ts';

/** The plan of a Chief of Staff's task, and the guards that hold a task up: what people decide about them. */
export function taskPlanRoutes(door: Door, temporal: TemporalPlace, toolsOf: ToolsOf): void {
  route(
    door,
    {
      method: 'get',
      path: '/tasks/{taskId}/plan',
      tag,
      summary: 'Read the plan of a task',
      description: 'The one that is carried out, or waits to be accepted; with everything that was proposed.',
      params,
      reply: PlanView,
    },
    { handle: ({ tx, params: { taskId } }) => viewPlan(tx, taskId) },
  );
  const posts = { method: 'post', tag, params, reply: Task, status: 202 } as const;
  route(
    door,
    {
      ...posts,
      path: '/tasks/{taskId}/plan/accept',
      summary: 'Accept a plan that waits, as it is or edited',
      body: AcceptPlan,
      bodyOptional: true,
      errors: ['forbidden', 'wrong_state', 'precondition_failed', 'invalid_workflow'],
    },
    {
      handle: async ({ tx, caller, params: { taskId }, body }) => {
        await acceptPlan(tx, caller, { taskId, toolsOf, ...body });
        return viewTask(tx, taskId, temporal);
      },
    },
  );
  route(
    door,
    {
      ...posts,
      path: '/tasks/{taskId}/plan/reject',
      summary: 'Send a plan back with a reason: there will be another one',
      body: RejectPlan,
      errors: ['forbidden', 'wrong_state', 'precondition_failed'],
    },
    {
      handle: async ({ tx, caller, params: { taskId }, body: { n, reason } }) => {
        await rejectPlan(tx, caller, { taskId, n, reason });
        return viewTask(tx, taskId, temporal);
      },
    },
  );
  liftRoute(door, temporal);
}

function liftRoute(door: Door, temporal: TemporalPlace): void {
  route(
    door,
    {
      method: 'post',
      path: '/tasks/{taskId}/lift-guard',
      tag,
      summary: 'Let a task go on that a guard holds up: its allowance once more, for this task alone',
      params,
      body: LiftGuard,
      bodyOptional: true,
      reply: Task,
      status: 202,
      errors: ['forbidden', 'wrong_state'],
    },
    {
      handle: async ({ tx, caller, params: { taskId }, body }) => {
        await liftGuard(tx, caller, { taskId, ...body });
        return viewTask(tx, taskId, temporal);
      },
    },
  );
}

async function viewPlan(tx: Tx, taskId: string): Promise<PlanView> {
  const task = await taskOf(tx, taskId);
  const plans = await listPlans(tx, taskId);
  const plan = plans.findLast(({ status }) => status === 'proposed' || status === 'accepted') ?? plans.at(-1);
  const version =
    plan?.workflowId != null && plan.workflowVersion !== null
      ? await findVersion(tx, plan.workflowId, plan.workflowVersion)
      : null;
  if (!plan || !version) throw notFound('plan of the task', taskId);
  return {
    n: plan.n,
    origin: plan.origin,
    status: plan.status,
    reason: plan.reason,
    runId: task.planRunId,
    workflowId: version.workflowId,
    version: version.version,
    definition: version.definition,
    history: plans.map(presentProposal),
  };
}
