import { dim, say, since } from '../terminal.mjs';

const final = ['completed', 'failed', 'cancelled'];
const longestMs = 15 * 60_000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** How an event reads on a terminal; what is not here is not worth a line. */
const sentences = {
  'task.assigned': ({ agentName, reason }) => `${agentName} takes it${reason ? `: ${reason}` : ''}`,
  'task.progressed': ({ note }) => note,
  'task.waiting': ({ for: what, detail }) => `waits for ${what}: ${detail}`,
  'task.redistributed': ({ reason }) => `goes to another agent: ${reason.message}`,
  'plan.proposed': ({ name, steps, reason }) => `plan "${name}", ${steps} steps: ${reason}`,
  'plan.revised': ({ reason }) => `plan revised: ${reason}`,
  'step.started': ({ title }) => `▸ ${title}`,
  'step.completed': ({ title }) => `✓ ${title}`,
  'step.failed': ({ title, message }) => `✗ ${title}: ${message}`,
  'step.skipped': ({ title, reason }) => `- ${title}: ${reason}`,
};

/**
 * Prints what happens to a task, and to the run of its plan, until it ends. The streams are for the eye: whether it ended is
 * asked of the task itself, so a cut stream or a restarted server only delays a line.
 */
export async function followTask(api, taskId, from) {
  const over = new AbortController();
  const followed = new Set();
  // The task's stream may show its run's events too: each is printed once.
  const seen = new Set();
  const follow = (stream) => {
    if (followed.has(stream)) return;
    followed.add(stream);
    void printStream({
      api,
      stream,
      from,
      seen,
      signal: over.signal,
      onRun: (runId) => follow(`/runs/${runId}/stream`),
    });
  };
  follow(`/tasks/${taskId}/stream`);
  try {
    return await untilFinal(api, taskId);
  } finally {
    // What was written in the last moment may still be on its way.
    await pause(300);
    over.abort();
  }
}

async function untilFinal(api, taskId) {
  for (const from = Date.now(); ; await pause(1000)) {
    const task = await api.get(`/tasks/${taskId}`).catch(() => undefined);
    if (task && (final.includes(task.status) || needsPerson(task) || Date.now() - from > longestMs))
      return task;
    if (!task && Date.now() - from > longestMs)
      throw new Error('The server has not answered for a long time.');
  }
}

const needsPerson = (task) =>
  task.status === 'waiting' && ['model', 'person', 'approval', 'budget'].includes(task.waiting?.for);

async function printStream({ api, stream, from, seen, signal, onRun }) {
  let cursor;
  while (!signal.aborted) {
    try {
      for await (const event of api.stream(stream, { cursor, signal })) {
        if (!event.type || seen.has(event.id)) continue;
        seen.add(event.id);
        cursor = event.cursor ?? cursor;
        const sentence = sentences[event.type]?.(event.data);
        if (sentence) say(`  ${dim(since(from).padStart(7))}  ${sentence}`);
        if (event.data?.runId) onRun(event.data.runId);
      }
    } catch {}
    if (!signal.aborted) await pause(500);
  }
}
