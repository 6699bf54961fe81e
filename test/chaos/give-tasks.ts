import { setTimeout as pause } from 'node:timers/promises';

export interface Accepted {
  key: string;
  id: string;
  /** How often it had to be asked until an answer came. */
  asked: number;
}

export interface Desk {
  url: () => string;
  ownerKey: string;
}

const patienceMs = 90_000;
const answerWithinMs = 10_000;

/**
 * Gives one goal through the REST API, as a careful client does: the same Idempotency-Key until an answer comes, whatever the door is
 * doing meanwhile. Any answer that is neither "accepted" nor "try again" is an error.
 */
export async function giveTask(desk: Desk, key: string, goal: string): Promise<Accepted> {
  const accepted = await give(desk, { path: 'tasks', key, body: { goal } });
  if (!accepted) throw new Error('POST /tasks was refused.');
  return accepted;
}

/** Writes to a task, as carefully. @returns null when it had ended */
export function writeToTask(desk: Desk, key: string, taskId: string): Promise<Accepted | null> {
  const content = { text: 'Mind the price of delivery.' };
  return give(desk, { path: `tasks/${taskId}/messages`, key, body: { content } });
}

interface Request {
  path: string;
  key: string;
  body: object;
}

async function give(desk: Desk, request: Request): Promise<Accepted | null> {
  const deadline = Date.now() + patienceMs;
  for (let asked = 1; ; asked += 1) {
    const answer = await post(desk, request);
    const { path, key } = request;
    if (answer.status === 201) return { key, id: String(answer.body.id), asked };
    if (answer.body.code === 'undeliverable') return null;
    if (answer.status !== 0 && answer.status !== 429 && answer.status < 500)
      throw new Error(`POST /${path} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
    if (Date.now() > deadline)
      throw new Error(`POST /${path} was not accepted within ${patienceMs} ms: ${JSON.stringify(answer)}`);
    await pause(200);
  }
}

async function post(
  desk: Desk,
  { path, key, body }: Request,
): Promise<{ status: number; body: Record<string, unknown> }> {
  try {
    const answer = await fetch(`${desk.url()}/${path}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${desk.ownerKey}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': key,
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(answerWithinMs),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  } catch (error) {
    return { status: 0, body: { error: String(error) } };
  }
}
