import type { Client } from '@temporalio/client';

export interface EventCount {
  executions: number;
  events: number;
  workflowTasks: number;
  activities: number;
  localActivities: number;
  signals: number;
  byType: Record<string, number>;
}

/** What one piece of work wrote into Temporal's histories: all Temporal workflows of it together. */
export async function countEvents(client: Client, workflowIds: string[]): Promise<EventCount> {
  const byType: Record<string, number> = {};
  for (const workflowId of workflowIds) {
    const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
    for (const event of events ?? []) {
      const type =
        Object.keys(event).find(
          (key) => key.endsWith('EventAttributes') && event[key as keyof typeof event] != null,
        ) ?? 'unknown';
      const failure = event.workflowTaskFailedEventAttributes?.failure?.message;
      const name = type.replace(/EventAttributes$/, '') + (failure ? `: ${failure.slice(0, 80)}` : '');
      byType[name] = (byType[name] ?? 0) + 1;
    }
  }
  return {
    executions: workflowIds.length,
    events: Object.values(byType).reduce((sum, n) => sum + n, 0),
    workflowTasks: byType.workflowTaskCompleted ?? 0,
    activities: byType.activityTaskCompleted ?? 0,
    localActivities: byType.markerRecorded ?? 0,
    signals: byType.workflowExecutionSignaled ?? 0,
    byType,
  };
}
