import type { AgentStatus } from '../src/contracts/agent.ts';
import type { EventEnvelope, EventType } from '../src/contracts/event.ts';
import type {
  ApprovalStatus,
  MessageState,
  RunStatus,
  StepStatus,
  TaskStatus,
  WaitingFor,
} from '../src/contracts/status.ts';

/**
 * Statuses from events alone: whoever has folded every event of a stream, in order, knows what the record says of what lies on it.
 *
 * 1. A fold is pure: it changes nothing that it was given, and shares what stayed as it was.
 * 2. What no event has told of is at its beginning: a run or step that is not there is pending.
 */
export interface Statuses {
  tasks: Readonly<Record<string, TaskFold>>;
  runs: Readonly<Record<string, RunFold>>;
  agents: Readonly<Record<string, AgentStatus>>;
  approvals: Readonly<Record<string, ApprovalFold>>;
  messages: Readonly<Record<string, MessageState>>;
}

export interface TaskFold {
  status: TaskStatus;
  waitingFor: WaitingFor | null;
}

export interface RunFold {
  status: RunStatus;
  /** It may be paused before it has begun, and stays so when it begins. */
  paused: boolean;
  /** By key. */
  steps: Readonly<Record<string, StepStatus>>;
}

export interface ApprovalFold {
  status: ApprovalStatus;
  spent: boolean;
}

export const nothingFolded: Statuses = { tasks: {}, runs: {}, agents: {}, approvals: {}, messages: {} };

/** What is known after one more event. Events of a stream are given in order and once, as `createLiveClient` does. */
export function foldStatuses(known: Statuses, event: EventEnvelope): Statuses {
  const [what] = event.type.split('.');
  const { data } = event;
  const id = event.stream.slice(event.stream.indexOf('/') + 1);
  switch (what) {
    case 'task':
      return put(known, 'tasks', id, taskAfter(known.tasks[id], event));
    case 'run':
    case 'step':
      return put(known, 'runs', id, runAfter(known.runs[id] ?? newRun, event));
    case 'agent':
      return put(known, 'agents', id, agentAfter(known.agents[id], event));
    case 'approval':
      return put(known, 'approvals', String(data.approvalId), approvalAfter(known, event));
    case 'message':
      return put(
        known,
        'messages',
        String(data.messageId),
        event.type.slice('message.'.length) as MessageState,
      );
    default:
      return known;
  }
}

function put<Part extends keyof Statuses>(
  known: Statuses,
  part: Part,
  id: string,
  value: Statuses[Part][string] | undefined,
): Statuses {
  if (value === undefined || known[part][id] === value) return known;
  return { ...known, [part]: { ...known[part], [id]: value } };
}

const taskStatusAfter: Partial<Record<EventType, TaskStatus>> = {
  'task.created': 'pending',
  'task.assigned': 'assigned',
  'task.started': 'in_progress',
  'task.waiting': 'waiting',
  'task.resumed': 'in_progress',
  'task.redistributed': 'assigned',
  'task.completed': 'completed',
  'task.failed': 'failed',
  'task.cancelled': 'cancelled',
};

const over = new Set<string>(['completed', 'failed', 'cancelled']);

function taskAfter(before: TaskFold | undefined, { type, data }: EventEnvelope): TaskFold | undefined {
  const status = taskStatusAfter[type];
  if (!status) return before;
  // One that had ended and is opened again begins anew.
  if (type === 'task.resumed' && before && over.has(before.status))
    return { status: 'pending', waitingFor: null };
  return { status, waitingFor: status === 'waiting' ? (data.for as WaitingFor) : null };
}

const newRun: RunFold = { status: 'pending', paused: false, steps: {} };

function runAfter(before: RunFold, { type, data }: EventEnvelope): RunFold {
  const begun = before.status !== 'pending';
  switch (type) {
    case 'run.started':
      return { ...before, status: before.paused ? 'paused' : 'running' };
    case 'run.waiting':
      return { ...before, status: 'waiting' };
    case 'run.paused':
      return { ...before, paused: true, status: begun ? 'paused' : 'pending' };
    case 'run.resumed':
      return { ...before, paused: false, status: begun ? 'running' : 'pending' };
    case 'run.completed':
    case 'run.failed':
    case 'run.cancelled':
      return { ...before, paused: false, status: type.slice('run.'.length) as RunStatus };
    default:
      return { ...before, steps: stepsAfter(before.steps, String(data.key), { type, data }) };
  }
}

const stepStatusAfter: Partial<Record<EventType, StepStatus>> = {
  'step.retried': 'pending',
  'step.skipped': 'skipped',
  'step.completed': 'completed',
  'step.failed': 'failed',
  'step.cancelled': 'cancelled',
};

function stepsAfter(
  before: RunFold['steps'],
  key: string,
  { type, data }: Pick<EventEnvelope, 'type' | 'data'>,
): RunFold['steps'] {
  if (type === 'step.removed') {
    const { [key]: _removed, ...rest } = before;
    return rest;
  }
  const status = stepStatusAfter[type] ?? (data.status as StepStatus | undefined);
  return status ? { ...before, [key]: status } : before;
}

function agentAfter(before: AgentStatus | undefined, { type, data }: EventEnvelope): AgentStatus | undefined {
  if (type === 'agent.status_changed') return data.status as AgentStatus;
  if (type === 'agent.archived') return 'offline';
  return type === 'agent.created' ? 'idle' : before;
}

function approvalAfter({ approvals }: Statuses, { type, data }: EventEnvelope): ApprovalFold {
  const before = approvals[String(data.approvalId)] ?? { status: 'requested', spent: false };
  if (type === 'approval.spent') return { ...before, spent: true };
  if (type === 'approval.reminded') return before;
  return { ...before, status: type.slice('approval.'.length) as ApprovalStatus };
}
