import type { Response } from 'express';

export interface Answer {
  reply: unknown;
  location: string | null;
  etag: string | null;
  /** The status of a stored answer. */
  status?: number;
  replayed?: boolean;
}

/**
 * Ends without `res.json`: that one would answer 304 by the ETag, and an agent's status changes while its revision, which the ETag
 * is made of, does not.
 */
export function sendAnswer(response: Response, status: number, answer: Answer): void {
  response.status(answer.status ?? status).set('Cache-Control', 'no-store');
  if (answer.location !== null) response.set('Location', answer.location);
  if (answer.etag !== null) response.set('ETag', `"${answer.etag}"`);
  if (answer.replayed) response.set('Idempotent-Replayed', 'true');
  noteIds(response, answer.reply);
  if (answer.reply === undefined) {
    response.end();
    return;
  }
  response.type('application/json').end(JSON.stringify(answer.reply));
}

/** The ids that the log line carries: those of the path, and that of what was made. */
function noteIds(response: Response, reply: unknown): void {
  const id = (reply as { id?: unknown } | null | undefined)?.id;
  if (typeof id === 'string') response.locals.ids = { ...response.locals.ids, id };
}
