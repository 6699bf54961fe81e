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
  const deadline = Date.now() + patienceMs;
  for (let asked = 1; ; asked += 1) {
    const answer = await post(desk, key, goal);
    if (answer.status === 201) return { key, id: String(answer.body.id), asked };
    if (answer.status !== 0 && answer.status !== 429 && answer.status < 500)
      throw new Error(`POST /tasks was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
    if (Date.now() > deadline)
      throw new Error(`POST /tasks was not accepted within ${patienceMs} ms: ${JSON.stringify(answer)}`);
    await pause(200);
  }
}

async function post(
  desk: Desk,
  key: string,
  goal: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  try {
    const answer = await fetch(`${desk.url()}/tasks`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${desk.ownerKey}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': key,
      },
      body: JSON.stringify({ goal }),
      signal: AbortSignal.timeout(answerWithinMs),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  } catch (error) {
    return { status: 0, body: { error: String(error) } };
  }
}
