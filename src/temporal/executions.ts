import type { Client } from '@temporalio/client';
import { isNotFound } from './classify-outage.ts';

/** What Temporal says about executions, as the reconciler needs it. */
export interface Execution {
  status: 'running' | 'terminated' | 'cancelled' | 'ended' | 'missing';
  runId: string | null;
  /** True when operations reset it: it runs again from an earlier point. */
  reset: boolean;
}

const callMs = 5000;
/** Visibility shows what happened a moment later. */
const lagMs = 60_000;

/** Ids of executions that run. It may lack what has just begun: ask `describe` before believing that something is missing. */
export async function runningIds(client: Client): Promise<Set<string>> {
  const ids = new Set<string>();
  const list = client.workflow.list({ query: `ExecutionStatus = 'Running'`, pageSize: 1000 });
  for await (const { workflowId } of list) ids.add(workflowId);
  return ids;
}

export interface Closed {
  target: string;
  runId: string;
  closedAt: Date;
}

/** Executions that were terminated (by hand, or to be reset) since then. */
export async function terminatedSince(client: Client, since: number): Promise<Closed[]> {
  const found: Closed[] = [];
  const after = new Date(since - lagMs).toISOString();
  const list = client.workflow.list({
    query: `ExecutionStatus = 'Terminated' AND CloseTime > '${after}'`,
    pageSize: 1000,
  });
  for await (const { workflowId, runId, closeTime } of list) {
    if (closeTime) found.push({ target: workflowId, runId, closedAt: closeTime });
  }
  return found;
}

/** The newest execution with this id. */
export async function describe(client: Client, target: string): Promise<Execution> {
  try {
    const { status, runId, raw } = await client.connection.withDeadline(Date.now() + callMs, () =>
      client.workflow.getHandle(target).describe(),
    );
    const reset = raw.workflowExtendedInfo?.lastResetTime != null;
    return { status: statusOf(status.name), runId, reset };
  } catch (error) {
    if (isNotFound(error)) return { status: 'missing', runId: null, reset: false };
    throw error;
  }
}

function statusOf(name: string): Execution['status'] {
  if (name === 'RUNNING' || name === 'CONTINUED_AS_NEW' || name === 'PAUSED') return 'running';
  if (name === 'TERMINATED') return 'terminated';
  return name === 'CANCELLED' ? 'cancelled' : 'ended';
}

const queueTypes = { workflow: 1, activity: 2 } as const;
/** A poller that lives asks again after a minute at the latest. */
const pollerMs = 75_000;
const backlogMs = 8000;

/**
 * True when somebody works on this queue: a poller asked lately, and what waits does not wait for long. (A worker that died is listed for
 * minutes, so a list alone would show it too late.)
 */
export async function isServed(
  client: Client,
  queue: string,
  kind: keyof typeof queueTypes,
): Promise<boolean> {
  const { namespace } = client.options;
  const { pollers, stats } = await client.connection.withDeadline(Date.now() + callMs, () =>
    client.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: queue },
      taskQueueType: queueTypes[kind],
      reportStats: true,
    }),
  );
  const backlogAge = Number(stats?.approximateBacklogAge?.seconds ?? 0) * 1000;
  const newest = Math.max(
    0,
    ...(pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000),
  );
  const age = Date.now() - newest;
  if (age > pollerMs) return false;
  return backlogAge < backlogMs || age < backlogMs;
}
