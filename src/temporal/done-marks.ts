import type { Logger } from 'pino';
import { markDone, markStarted } from '../db/outbox-store.ts';
import type { Database } from '../db/record.ts';
import { describeError } from './classify-outage.ts';

/**
 * Marks entries done, many in one statement: while one statement runs the next ones gather. Nothing here must succeed: an entry
 * that is not marked is sent again after its lease, which is harmless.
 */
export interface DoneMarks {
  add(target: string, entryIds: string[]): void;
  /** Writes what is left. */
  close(): Promise<void>;
}

const triesForLockedRows = 20;

export function createDoneMarks(db: Database, logger: Logger): DoneMarks {
  let entryIds: string[] = [];
  const targets = new Map<string, number>();
  let running: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;

  const flush = () => {
    if (running || (entryIds.length === 0 && targets.size === 0)) return;
    running = write()
      .catch((error: unknown) => {
        logger.warn({ error: describeError(error) }, 'Dispatched entries could not be marked');
        later();
      })
      .finally(() => {
        running = undefined;
        if (entryIds.length > 0) flush();
      });
  };
  const later = () => {
    retry ??= setTimeout(() => {
      retry = undefined;
      flush();
    }, 100).unref();
  };
  const write = async () => {
    const [ids, names] = [entryIds, [...targets.keys()]];
    entryIds = [];
    try {
      if (ids.length > 0) await markDone(db, ids);
    } catch (error) {
      entryIds.push(...ids.slice(0, 1000));
      throw error;
    }
    const locked = new Set(await markStarted(db, names));
    for (const name of names) {
      const tries = (targets.get(name) ?? 0) + 1;
      if (locked.has(name) && tries < triesForLockedRows) targets.set(name, tries);
      else targets.delete(name);
    }
    if (targets.size > 0) later();
  };

  return {
    add(target, ids) {
      entryIds.push(...ids);
      if (!targets.has(target)) targets.set(target, 0);
      flush();
    },
    async close() {
      clearTimeout(retry);
      // What gathered while one statement ran begins the next.
      while (running) await running;
      if (entryIds.length > 0 || targets.size > 0) await write().catch(() => {});
      clearTimeout(retry);
    },
  };
}
