/**
 * The order in which waiting work goes on: workspaces take turns, and within one the oldest comes first. A workspace with a thousand
 * waiting tasks delays another's only task by one. Ids are time-ordered, so they tell the age.
 */
export function fairOrder<Waiter extends { id: string; workspaceId: string }>(
  waiters: readonly Waiter[],
): Waiter[] {
  const queues = new Map<string, Waiter[]>();
  for (const waiter of waiters.toSorted((one, other) => (one.id < other.id ? -1 : 1))) {
    const queue = queues.get(waiter.workspaceId);
    if (queue) queue.push(waiter);
    else queues.set(waiter.workspaceId, [waiter]);
  }
  // A map keeps the order in which its keys came: whose oldest task is the oldest begins.
  const turns = [...queues.values()];
  const longest = Math.max(0, ...turns.map((queue) => queue.length));
  return Array.from({ length: longest }, (_, turn) => turns.flatMap((queue) => queue[turn] ?? [])).flat();
}
