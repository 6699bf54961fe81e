import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { claimKey, storeAnswer } from '../../db/idempotency-store.ts';
import type { Tx } from '../../db/record.ts';
import { AppError } from '../../errors.ts';
import type { Answer } from './send-answer.ts';
import { invalidRequest } from './parse-input.ts';

export interface Once<Reply> {
  /** The Idempotency-Key. */
  key: string;
  request: Request;
  body: unknown;
  status: number;
  storable?: ((reply: Reply) => unknown) | undefined;
}

/**
 * The same key and body give the first answer again, another body is refused. The key is per principal and address, and holds for 24
 * hours.
 */
export async function answerOnce<Reply>(
  tx: Tx,
  { key, request, body, status, storable }: Once<Reply>,
  perform: () => Promise<Answer & { reply: Reply }>,
): Promise<Answer> {
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) throw badKey();
  const claim = {
    key,
    // Without the query: it steers presentation only. The path as it came, so that its ids count.
    route: `POST ${request.baseUrl}${request.path}`,
    bodyHash: createHash('sha256')
      .update(JSON.stringify(body ?? null))
      .digest('hex'),
  };
  const earlier = await claimKey(tx, claim);
  if (earlier) {
    if (earlier.bodyHash !== claim.bodyHash) throw mismatch();
    const { body: reply, location, status: stored } = earlier;
    return { reply, location, etag: null, status: stored ?? status, replayed: true };
  }
  const answer = await perform();
  await storeAnswer(tx, claim, {
    status,
    body: storable ? storable(answer.reply) : answer.reply,
    location: answer.location,
  });
  return answer;
}

function badKey(): AppError {
  const message = 'An Idempotency-Key has 1 to 200 visible ASCII characters.';
  return invalidRequest([{ pointer: '/headers/idempotency-key', code: 'invalid_format', message }]);
}

function mismatch(): AppError {
  return new AppError('idempotency_mismatch', 'This Idempotency-Key was used with another body.');
}
