import type { OperationsStatus } from '../../../src/contracts/operations.ts';

/** What stands still, and the command that mends it. */
export interface Trouble {
  what: string;
  meanwhile: string;
  command: string;
  /** Of the worker that is started: the queues that it must serve. */
  queues: string[];
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
      queues: [],
    };
  }
  const queues = (reconciled?.unserved ?? []).map((queue) => queue.replace(/ \(.*\)$/, ''));
  if (queues.length === 0) return null;
  return {
    what: queues.includes('orchestrate')
      ? 'Nothing goes on: no worker runs.'
      : `No worker ${listed(queues.map((queue) => idle[queue] ?? `serves ${queue}`))}.`,
    meanwhile: 'What needs one waits, nothing is lost, and it goes on by itself as soon as one runs.',
    command: 'npm run start:worker',
    queues,
  };
}

function listed(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
