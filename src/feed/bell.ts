import type { Redis } from 'ioredis';
import { forget } from './connections.ts';
import { addToQueue } from './dispatch-queue.ts';
import type { Bell, CancelNotice, Committed, Notice } from './messages.ts';

/** Above this only the last event of each stream travels: readers see the gap and take the rest from the record. */
const mostEvents = 100;

export interface BellOptions {
  client: Redis;
  channels: { notices: string; cancels: string };
  queueKey: string;
}

/** Rings after a commit: one message with its events, one for each task to be
 * stopped, one queue entry with its outbox ids. Lost when Redis is away, and missed by nobody. */
export function createBell({ client, channels: { notices, cancels }, queueKey }: BellOptions): {
  bell: Bell;
  missed(): number;
} {
  let missed = 0;
  const ring = (facts: Committed) => {
    if (client.status !== 'ready') {
      missed += 1;
      return;
    }
    const pipeline = client.pipeline();
    if (facts.events.length > 0) pipeline.publish(notices, JSON.stringify(noticeOf(facts)));
    for (const id of facts.stopIds) pipeline.publish(cancels, JSON.stringify({ id } satisfies CancelNotice));
    if (facts.outboxIds.length > 0) addToQueue(pipeline, queueKey, facts.outboxIds);
    forget(pipeline.exec(), () => (missed += 1));
  };
  return { bell: { ring }, missed: () => missed };
}

function noticeOf({ workspaceId, events, rootTaskIds }: Committed): Notice {
  if (events.length <= mostEvents) return { workspaceId, events, rootTaskIds };
  const last = new Map(events.map((event) => [event.stream, event]));
  return { workspaceId, events: [...last.values()], rootTaskIds };
}
