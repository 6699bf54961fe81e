import * as z from 'zod';
import { AgentRole, CapabilityNeed } from './agent.ts';
import { GoalBudget, TaskBudget } from './budget.ts';
import { Cost } from './cost.ts';
import { Forecast } from './forecast.ts';
import { TrippedGuard } from './guard.ts';
import { AgentId, FileId, RunId, TaskId } from './ids.ts';
import { PlanAcceptance } from './plan.ts';
import { Run } from './run.ts';
import { AttemptStatus, TaskStatus } from './status.ts';
import { TemporalLink, Waiting } from './waiting.ts';

/** From least to most; the position is what the record sorts by. */
export const priorities = ['low', 'medium', 'high', 'urgent'] as const;
export const Priority = z.enum(priorities);
export type Priority = z.infer<typeof Priority>;

export const CreateTask = z
  .strictObject({
    goal: z.string().trim().min(1, 'Say what is to be done.').max(100_000),
    title: z.string().trim().min(1).max(200).optional(),
    files: z.array(FileId).max(100).default([]),
    agentId: AgentId.optional().describe('Who shall do it; without it the Chief of Staff plans it'),
    requires: z.array(CapabilityNeed).max(20).optional().describe('Give it to whoever has these'),
    tools: z
      .array(z.string().min(1).max(100))
      .max(50)
      .optional()
      .describe('Only agents that may use these get it'),
    priority: Priority.default('medium'),
    deadline: z.iso
      .datetime({ offset: true })
      .optional()
      .describe(
        'Of tasks of equal priority that wait for an agent the one with the earlier deadline goes first',
      ),
    planAcceptance: PlanAcceptance.optional().describe(
      'person: its plan waits until a person accepts it; without it, as the workspace says',
    ),
    budget: GoalBudget.optional().describe(
      'The most that it and everything below it may cost; what is left out is what the workspace gives a goal, null = not limited',
    ),
  })
  .meta({ id: 'CreateTask' });
export type CreateTask = z.infer<typeof CreateTask>;

export const CancelTask = z
  .strictObject({ reason: z.string().max(1_000).optional() })
  .meta({ id: 'CancelTask' });
export type CancelTask = z.infer<typeof CancelTask>;

export const AgentRef = z
  .object({ id: AgentId, name: z.string(), role: z.string() })
  .meta({ id: 'AgentRef' });
export type AgentRef = z.infer<typeof AgentRef>;

/** What a task brought. `markdown` is for people, `data` for programs (it matches the output schema when one was given). */
export const TaskResult = z
  .object({ markdown: z.string(), data: z.unknown().optional() })
  .meta({ id: 'TaskResult' });
export type TaskResult = z.infer<typeof TaskResult>;

export const Failure = z.object({ code: z.string(), message: z.string() }).meta({ id: 'Failure' });
export type Failure = z.infer<typeof Failure>;

const waitedMs = z
  .int()
  .describe(
    'Of the time between its start and its end: how long it stood still, for people, money, an agent, a model, a message or a time; without the wait that is under way',
  );

export const Attempt = z
  .object({
    n: z.int(),
    agent: AgentRef,
    agentRevision: z.int(),
    why: z
      .string()
      .nullable()
      .describe('Why this agent, in a few words; GET /tasks/{taskId}/assignment has all. Null in a chat'),
    status: AttemptStatus,
    error: Failure.nullable(),
    cost: Cost.describe('Of its own model calls; what it delegated counts for the tree'),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    waitedMs,
  })
  .meta({ id: 'Attempt' });
export type Attempt = z.infer<typeof Attempt>;

export const Task = z
  .object({
    id: TaskId,
    parentId: TaskId.nullable(),
    rootId: TaskId,
    runId: RunId.nullable().describe('The run whose step this task is'),
    stepKey: z.string().nullable(),
    title: z.string(),
    goal: z.string(),
    status: TaskStatus,
    waiting: Waiting.nullable(),
    held: Waiting.nullable().describe(
      'What keeps it from going on: what it waits for, or, while all below it stands still, what that waits for; null while something of it is at work',
    ),
    guard: TrippedGuard.nullable().describe('What holds it up; POST /tasks/{id}/lift-guard lets it go on'),
    priority: Priority,
    depth: z.int(),
    role: AgentRole.describe('Of the agent that it is for'),
    agent: AgentRef.nullable(),
    attempt: z.int().describe('Number of the current attempt, 0 before the first'),
    attempts: z.array(Attempt),
    files: z.array(z.object({ id: FileId, name: z.string(), status: z.string() })),
    result: TaskResult.nullable(),
    rating: z
      .object({ rating: z.int(), note: z.string().nullable() })
      .nullable()
      .describe('What a person thinks of the result, 1..5'),
    error: Failure.nullable(),
    deadline: z.iso.datetime().nullable(),
    cost: Cost.describe('Of this task alone'),
    treeCost: Cost.describe('Of this task and all below it'),
    budget: TaskBudget.nullable().describe('Of the whole tree that the task belongs to; null = not limited'),
    forecast: Forecast.nullable().describe(
      'What was expected when the goal was given, to lay beside treeCost; null for steps',
    ),
    version: z.int(),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    endedAt: z.iso.datetime().nullable(),
    waitedMs,
    temporal: TemporalLink,
  })
  .meta({ id: 'Task' });
export type Task = z.infer<typeof Task>;

/** A task, the run that carries out its plan, and the tasks of that run's steps. */
export interface TaskTree {
  task: Task;
  /** How the plan came about: written by a model, or a saved template and why it was chosen. Null before there is one. */
  plan: { origin: 'model' | 'template' | 'person'; name: string; reason: string } | null;
  run: Run | null;
  /** Those that steps of it have become, however deep; a step names its own by `childRunId`. */
  nested: Run[];
  /** What it delegated and what steps of its run, and of those nested in it, gave to agents and tools. */
  children: TaskTree[];
}
export const TaskTree: z.ZodType<TaskTree> = z
  .object({
    task: Task,
    plan: z
      .object({ origin: z.enum(['model', 'template', 'person']), name: z.string(), reason: z.string() })
      .nullable(),
    run: Run.nullable(),
    nested: z
      .array(Run)
      .describe('Runs that steps of it have become, however deep; a step names its own by `childRunId`'),
    get children() {
      return z.array(TaskTree);
    },
  })
  .meta({ id: 'TaskTree' });

/** What the steps before it brought, by step key; resolved when the task was made. */
export interface TaskContext {
  dependencies?: Record<string, unknown>;
  /** It was done before, and this is wrong with it. */
  correction?: { note: string; before: string };
}
