import type { Client } from '@temporalio/client';
import { expireMessage } from '../db/messages/expire.ts';
import type { Database } from '../db/record.ts';
import { createStartTarget, type StartTarget } from './start-target.ts';

/** What an outbox entry asks for: a Temporal workflow that looks, or the deadline of a message, which the record settles itself. */
export function createServeTarget(client: Client, db: Database): StartTarget {
  const start = createStartTarget(client);
  return async (target) => {
    const [kind, id = ''] = target.target.split('/');
    if (kind === 'message') await expireMessage(db, id);
    else await start(target);
  };
}
