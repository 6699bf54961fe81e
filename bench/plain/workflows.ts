/** Hand-written plain Temporal of the shape of the product's ten steps: a parent, a child per step, two activities per child. */
import { executeChild, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { PlainActivities } from './activities.ts';
import type { PlainStep } from './shape.ts';

const { beginRun, beginStep, endRun } = proxyLocalActivities<PlainActivities>({
  startToCloseTimeout: '10 seconds',
});
/** With a heartbeat, as whoever calls models for minutes has: Temporal's hand-over to a worker can be lost on a busy machine. */
const { callModel } = proxyActivities<PlainActivities>({
  taskQueue: 'plain-models',
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout: '10 seconds',
});

export async function plainRun({ runId, steps }: { runId: string; steps: PlainStep[] }): Promise<string> {
  await beginRun(runId);
  const outputs = new Map<string, Promise<string>>();
  for (const step of steps) outputs.set(step.id, runStep(step));
  const output = await outputs.get(steps.at(-1)?.id ?? '');
  await endRun(runId, output ?? '');
  return output ?? '';

  async function runStep(step: PlainStep): Promise<string> {
    const inputs = await Promise.all(step.dependsOn.map((id) => outputs.get(id) ?? Promise.resolve('')));
    return executeChild(plainStep, {
      workflowId: `plain/${runId}/${step.id}`,
      args: [{ runId, stepId: step.id, goal: [step.goal, ...inputs].join('\n\n') }],
    });
  }
}

export async function plainStep(step: { runId: string; stepId: string; goal: string }): Promise<string> {
  await beginStep(step);
  return callModel(step);
}

/** As many calls at once as there are inputs, on the task queue of whoever makes them. */
export async function callAll(taskQueue: string, inputs: never[]): Promise<void> {
  const { callModel: call } = proxyActivities<PlainActivities>({
    taskQueue,
    startToCloseTimeout: '15 minutes',
  });
  await Promise.all(inputs.map((input) => call(input)));
}
