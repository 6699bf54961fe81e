import * as z from 'zod';
import { GuardName } from './guard.ts';
import { PlanChanges } from './plan.ts';
import { Failure } from './task.ts';
import { WaitingFor } from './status.ts';

/**
 * Events: one union, past tense.
 *
 * 1. An event lies on exactly one stream: task.*, plan.*, model.*, tool.*, guard.* on their task; run.*, step.* and approval.* on their
 *    run (approval.* of a tool call on its task); agent.* on the agent; file.* on the file; repair.made on what was repaired; message.* on the recipient's stream (a task, an
 *    agent, a conversation), for a person on that of the task or run that asks.
 * 2. `seq` is gapless within a stream. `cursor` is opaque and orders the relays over several streams.
 * 3. `data` is small: ids, names, figures. Text that a model wrote is fetched by id.
 */
const by = z.object({ agentId: z.string(), agentName: z.string(), attempt: z.int() });
const byNobody = z.object({ agentId: z.null(), agentName: z.null(), attempt: z.int() });
const step = z.object({ key: z.string(), title: z.string(), taskId: z.string().nullish() });
const approval = z.object({
  approvalId: z.string(),
  key: z.string().describe('The step or the tool call that asks'),
  title: z.string(),
  kind: z.string().optional(),
  tool: z.string().nullish(),
});
const empty = z.object({});
const purse = z.object({
  budgetId: z.string(),
  scope: z.string(),
  limitUsd: z.number().nullable(),
  spentUsd: z.number(),
  limitTokens: z.int().nullable(),
  spentTokens: z.int(),
});
const message = z.object({
  messageId: z.string(),
  type: z.string(),
  from: z.string().describe('agent/{id}, person/{id} or run/{id}'),
  to: z.string().describe('task/{id}, agent/{id}, or person/{id} (person/any: whoever may answer)'),
  correlationId: z.string(),
});

export const eventData = {
  'agent.created': z.object({ name: z.string(), revision: z.int() }),
  'agent.updated': z.object({ name: z.string(), revision: z.int(), changed: z.array(z.string()) }),
  'agent.status_changed': z.object({ status: z.string(), reason: z.string().optional() }),
  'agent.archived': empty,
  'task.created': z.object({
    title: z.string(),
    parentId: z.string().nullable(),
    runId: z.string().nullable(),
  }),
  'task.assigned': by.extend({ reason: z.string(), score: z.number() }),
  'task.started': z.union([by, byNobody]).describe('Nobody: the task is a tool call of a workflow'),
  'task.progressed': z.object({ note: z.string(), done: z.int().optional(), of: z.int().optional() }),
  'task.waiting': z.object({ for: WaitingFor, detail: z.string() }),
  'task.resumed': z.object({ after: WaitingFor }),
  'task.redistributed': z.object({ fromAgentId: z.string(), attempt: z.int(), reason: Failure }),
  'task.completed': z.object({ chars: z.int().describe('Length of the result') }),
  'task.failed': Failure,
  'task.cancelled': z.object({ reason: z.string() }),
  'task.rated': z.object({ rating: z.int() }),
  'plan.proposed': z.object({
    n: z.int().describe('Of this task: GET /tasks/{id}/plan has it'),
    runId: z.string().nullable().describe('Null before there is a run'),
    name: z.string(),
    origin: z.string(),
    reason: z.string(),
    steps: z.int(),
  }),
  'plan.accepted': z.object({ n: z.int(), runId: z.string().nullable(), edited: z.boolean() }),
  'plan.rejected': z.object({ reason: z.string(), problems: z.int() }),
  'plan.revised': z.object({
    n: z.int(),
    runId: z.string(),
    reason: z.string(),
    ...PlanChanges.shape,
  }),
  'run.started': z.object({ name: z.string(), steps: z.int() }),
  'run.waiting': empty,
  'run.paused': empty,
  'run.resumed': empty,
  'run.completed': empty,
  'run.failed': Failure,
  'run.cancelled': z.object({ reason: z.string() }),
  'step.started': step.extend({ status: z.enum(['in_progress', 'waiting']) }),
  'step.skipped': step.extend({ reason: z.string() }),
  'step.retried': step.extend({ attempt: z.int(), reason: z.string() }),
  'step.changed': step.extend({
    fields: z.array(z.string()).describe('What a person changed in it'),
    status: z.string().describe('One that asked somebody asks anew'),
  }),
  'step.removed': step.extend({
    reason: z.string().describe('A new rest of the plan has it no more, or begins it anew'),
  }),
  'step.completed': step,
  'step.cancelled': step.extend({ reason: z.string() }),
  'step.failed': step.extend({ code: z.string(), message: z.string() }),
  'model.called': z.object({
    callId: z.string(),
    try: z.int(),
    model: z.string(),
    purpose: z.string(),
    outcome: z.string(),
    inputTokens: z.int(),
    outputTokens: z.int(),
    usd: z.number().nullable(),
    ms: z.int(),
  }),
  'tool.called': z.object({
    tool: z.string(),
    key: z.string().optional().describe('Of the call: task/attempt/turn/call'),
    risk: z.string().nullish(),
    effect: z.string().nullish(),
    outcome: z.string().describe('ok, failed, refused, waits, stopped or lost'),
    ms: z.int(),
  }),
  'conversation.created': z.object({
    title: z.string(),
    agentId: z.string(),
    taskId: z.string().nullable(),
    branchedFrom: z.string().nullable(),
  }),
  'message.accepted': message.extend({ replyTo: z.string().nullable(), deadline: z.string().nullable() }),
  'message.delivered': message.extend({ taskId: z.string().nullable() }),
  'message.read': message.extend({ callId: z.string().nullable() }),
  'message.acknowledged': message,
  'message.expired': message.extend({ reason: z.string() }),
  'message.withdrawn': message.extend({ reason: z.string() }),
  'approval.requested': approval.extend({ expiresAt: z.string().nullable() }),
  'approval.approved': approval.extend({ note: z.string().nullable() }),
  'approval.denied': approval.extend({ note: z.string().nullable() }),
  'approval.expired': approval.extend({ reason: z.string() }),
  'approval.reminded': approval.extend({ expiresAt: z.string().nullable() }),
  'approval.spent': approval,
  'budget.warned': purse.extend({ percent: z.int() }),
  'budget.exhausted': purse.extend({ detail: z.string() }),
  'budget.topped_up': purse.extend({ usd: z.number(), tokens: z.int() }),
  'file.uploaded': z.object({ name: z.string(), size: z.int(), kind: z.string() }),
  'file.progressed': z.object({ done: z.int(), of: z.int() }),
  'file.processed': z.object({ passages: z.int(), pages: z.int().nullable() }),
  'file.failed': Failure,
  'guard.tripped': z.object({ guard: GuardName, detail: z.string() }),
  'guard.lifted': z.object({ guard: GuardName, note: z.string().nullable() }),
  'repair.made': z.object({ what: z.string(), why: z.string() }),
} as const;

export type EventType = keyof typeof eventData;
export const eventTypes = Object.keys(eventData) as [EventType, ...EventType[]];
export type EventDataOf<Type extends EventType> = z.infer<(typeof eventData)[Type]>;

/** A fact that is about to be written; its sequence number comes in the same transaction. */
export type NewEvent = {
  [Type in EventType]: { stream: string; type: Type; data: EventDataOf<Type> };
}[EventType];

/** As it travels: over Socket.IO, SSE and in lists. */
export const EventEnvelope = z
  .object({
    id: z.string(),
    stream: z.string().describe('task/{id}, run/{id}, agent/{id}, file/{id}, conversation/{id}'),
    seq: z.int().describe('Gapless within the stream, from 1'),
    cursor: z.string().describe('Opaque; where a relay over several streams goes on'),
    type: z.enum(eventTypes),
    at: z.iso.datetime(),
    actor: z.string().describe('Who did it: a principal, an agent, or system'),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' });
export type EventEnvelope = z.infer<typeof EventEnvelope>;
