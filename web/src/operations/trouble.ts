import type { OperationsStatus } from '../../../src/contracts/operations.ts';

/** What stands still, and the command that mends it. */
export interface Trouble {
  what: string;
  meanwhile: string;
  command: string;
}

/** A dispatcher that is restarted catches up within seconds. */
const lateSeconds = 30;

const idle: Record<string, string> = {
  models: 'calls models',
  tools: 'calls tools',
  files: 'reads files',
};

/** @returns what keeps work from going on although the page works, or null */
export function troubleOf({ outbox, reconciled }: OperationsStatus): Trouble | null {
  const late = outbox?.oldestSeconds ?? 0;
  if (late > lateSeconds) {
    return {
      what: 'Nothing new begins.',
      meanwhile: 'What was accepted waits: the dispatcher does not run, or does not reach Temporal.',
      command: 'npm run start:dispatcher',
    };
  }
  const queues = (reconciled?.unserved ?? []).map((queue) => queue.replace(/ \(.*\)$/, ''));
  if (queues.length === 0) return null;
  return {
    what: queues.includes('orchestrate')
      ? 'Nothing goes on: no worker runs.'
      : `No worker ${listed(queues.map((queue) => idle[queue] ?? `serves ${queue}`))}.`,
    meanwhile: 'Nothing is lost: what waits goes on by itself as soon as one does.',
    command: queues.includes('orchestrate')
      ? 'npm run start:worker'
      : `WORKER_QUEUES=${queues.join(',')} npm run start:worker`,
  };
}

function listed(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
