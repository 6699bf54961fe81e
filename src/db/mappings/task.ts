import { EntitySchema } from 'typeorm';
import type { AgentRole, Capability } from '../../contracts/agent.ts';
import type { Forecast } from '../../contracts/forecast.ts';
import type { LiftedGuards, TrippedGuard } from '../../contracts/guard.ts';
import type { PlanAcceptance } from '../../contracts/plan.ts';
import type { CapacityNeed } from '../../contracts/assignment.ts';
import type { TaskStatus, WaitingFor } from '../../contracts/status.ts';
import type { Failure, TaskContext, TaskResult } from '../../contracts/task.ts';
import type { StepMethod, StepToolCall } from '../../contracts/workflow.ts';

export interface TaskRow {
  id: string;
  workspaceId: string;
  parentId: string | null;
  rootId: string;
  runId: string | null;
  stepKey: string | null;
  role: AgentRole;
  title: string;
  goal: string;
  status: TaskStatus;
  priority: number;
  depth: number;
  wantedAgentId: string | null;
  requires: Capability[];
  method: StepMethod | null;
  outputSchema: Record<string, unknown> | null;
  context: TaskContext;
  agentId: string | null;
  attempt: number;
  holdsSlot: boolean;
  planRunId: string | null;
  planOrigin: 'model' | 'template' | 'person' | null;
  planReason: string | null;
  waitingFor: WaitingFor | null;
  waitingDetail: string | null;
  waitingSince: Date | null;
  waitsOn: string[] | null;
  wakeAt: Date | null;
  cancelRequestedAt: Date | null;
  cancelReason: string | null;
  result: TaskResult | null;
  error: Failure | null;
  version: number;
  actor: string;
  temporalStartedAt: Date | null;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  pausedAt: Date | null;
  /** Attempts that no longer count, because the task was opened again after them. */
  attemptsBefore: number;
  /** Whether a person must accept its plan. */
  planAcceptance: PlanAcceptance;
  /** The one round of corrections after judging the result has been given. */
  correctedAt: Date | null;
  /** What holds it up, while it does. */
  guardTripped: TrippedGuard | null;
  guardsLifted: LiftedGuards;
  /** The time guard of this attempt. While the task waits, what is left of it stands in `workLeftSeconds`. */
  workUntil: Date | null;
  workLeftSeconds: number | null;
  /** Set for a task that is one reply in a conversation: lists leave it out. */
  conversationId: string | null;
  /** What was expected of a goal when it was given. */
  forecast: Forecast | null;
  /** Tasks, this one or above, whose own budgets it draws on. */
  payerIds: string[] | null;
  /** A step that is one tool call, made without an agent. */
  toolCall: StepToolCall | null;
  /** Only agents that may use these get it. */
  tools: string[];
  deadline: Date | null;
  /** What a person changed for this task alone, beside its agent's own. */
  changes: { instructions?: string; model?: string } | null;
  /** What it waits for in the queue for capacity. */
  waitingNeed: CapacityNeed | null;
  /** When a free slot was offered to it; it is not called again for a while. */
  calledAt: Date | null;
  /** 1..5 by a person. */
  rating: number | null;
  ratingNote: string | null;
}

export const TaskMapping = new EntitySchema<TaskRow>({
  name: 'Task',
  tableName: 'tasks',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    parentId: { type: 'text', nullable: true },
    rootId: { type: 'text' },
    runId: { type: 'text', nullable: true },
    stepKey: { type: 'text', nullable: true },
    role: { type: 'text' },
    title: { type: 'text' },
    goal: { type: 'text' },
    status: { type: 'text' },
    priority: { type: 'integer' },
    depth: { type: 'integer' },
    wantedAgentId: { type: 'text', nullable: true },
    requires: { type: 'jsonb', default: [] },
    method: { type: 'jsonb', nullable: true },
    outputSchema: { type: 'jsonb', nullable: true },
    context: { type: 'jsonb', default: {} },
    agentId: { type: 'text', nullable: true },
    attempt: { type: 'integer', default: 0 },
    holdsSlot: { type: 'boolean', default: false },
    planRunId: { type: 'text', nullable: true },
    planOrigin: { type: 'text', nullable: true },
    planReason: { type: 'text', nullable: true },
    waitingFor: { type: 'text', nullable: true },
    waitingDetail: { type: 'text', nullable: true },
    waitingSince: { type: 'timestamptz', nullable: true },
    waitsOn: { type: 'text', array: true, nullable: true },
    wakeAt: { type: 'timestamptz', nullable: true },
    cancelRequestedAt: { type: 'timestamptz', nullable: true },
    cancelReason: { type: 'text', nullable: true },
    result: { type: 'jsonb', nullable: true },
    error: { type: 'jsonb', nullable: true },
    version: { type: 'integer', default: 1 },
    actor: { type: 'text' },
    temporalStartedAt: { type: 'timestamptz', nullable: true },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
    startedAt: { type: 'timestamptz', nullable: true },
    endedAt: { type: 'timestamptz', nullable: true },
    pausedAt: { type: 'timestamptz', nullable: true },
    attemptsBefore: { type: 'integer', default: 0 },
    planAcceptance: { type: 'text', default: 'auto' },
    correctedAt: { type: 'timestamptz', nullable: true },
    guardTripped: { type: 'jsonb', nullable: true },
    guardsLifted: { type: 'jsonb', default: {} },
    workUntil: { type: 'timestamptz', nullable: true },
    workLeftSeconds: { type: 'integer', nullable: true },
    conversationId: { type: 'text', nullable: true },
    forecast: { type: 'jsonb', nullable: true },
    payerIds: { type: 'text', array: true, nullable: true },
    toolCall: { type: 'jsonb', nullable: true },
    tools: { type: 'text', array: true, default: [] },
    deadline: { type: 'timestamptz', nullable: true },
    changes: { type: 'jsonb', nullable: true },
    waitingNeed: { type: 'jsonb', nullable: true },
    calledAt: { type: 'timestamptz', nullable: true },
    rating: { type: 'integer', nullable: true },
    ratingNote: { type: 'text', nullable: true },
  },
  indices: [
    { name: 'tasks_workspace', columns: ['workspaceId', 'id'] },
    { name: 'tasks_root', columns: ['rootId'] },
    {
      name: 'tasks_goals',
      columns: ['workspaceId', 'role', 'id'],
      where: 'parent_id IS NULL AND run_id IS NULL',
    },
    { name: 'tasks_parent', columns: ['parentId'] },
    { name: 'tasks_run', columns: ['runId'] },
    { name: 'tasks_conversation', columns: ['conversationId'], where: 'conversation_id IS NOT NULL' },
    { name: 'tasks_open', columns: ['id'], where: `status NOT IN ('completed', 'failed', 'cancelled')` },
    { name: 'tasks_waiting', columns: ['workspaceId', 'waitingFor'], where: `status = 'waiting'` },
    {
      name: 'tasks_queue',
      columns: ['workspaceId', 'priority'],
      where: `status = 'waiting' AND waiting_for = 'capacity'`,
    },
    { name: 'tasks_slots', columns: ['workspaceId', 'rootId'], where: 'holds_slot' },
  ],
  foreignKeys: [
    { target: 'Task', columnNames: ['parentId'], referencedColumnNames: ['id'] },
    { target: 'Agent', columnNames: ['agentId'], referencedColumnNames: ['id'] },
    { target: 'Conversation', columnNames: ['conversationId'], referencedColumnNames: ['id'] },
  ],
});
