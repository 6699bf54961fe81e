/** The door of the product, as a careful client uses it: it is asked again until an answer comes, whatever the door is doing meanwhile. */
import { setTimeout as pause } from 'node:timers/promises';

export interface Desk {
  url: () => string;
  ownerKey: string;
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  /** How often it had to be asked until an answer came. */
  asked: number;
}

export interface Request {
  path: string;
  /** The Idempotency-Key: the same each time. */
  key: string;
  body: object;
}

const patienceMs = 90_000;
const answerWithinMs = 10_000;

/** @returns any answer that is not "try again" */
export async function post(desk: Desk, { path, key, body }: Request): Promise<Answer> {
  return untilAnswered(`POST /${path}`, () =>
    call(desk, path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body: JSON.stringify(body),
    }),
  );
}

export async function get(desk: Desk, path: string): Promise<Answer> {
  return untilAnswered(`GET /${path}`, () => call(desk, path, {}));
}

async function untilAnswered(what: string, ask: () => Promise<Omit<Answer, 'asked'>>): Promise<Answer> {
  const deadline = Date.now() + patienceMs;
  for (let asked = 1; ; asked += 1) {
    const answer = await ask();
    if (answer.status !== 0 && answer.status !== 429 && answer.status < 500) return { ...answer, asked };
    if (Date.now() > deadline)
      throw new Error(`${what} was not answered within ${patienceMs} ms: ${JSON.stringify(answer)}`);
    await pause(200);
  }
}

type Asked = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> };

async function call(desk: Desk, path: string, init: Asked): Promise<Omit<Answer, 'asked'>> {
  try {
    const answer = await fetch(`${desk.url()}/${path}`, {
      ...init,
      headers: { ...init.headers, Authorization: `Bearer ${desk.ownerKey}` },
      signal: AbortSignal.timeout(answerWithinMs),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  } catch (error) {
    return { status: 0, body: { error: String(error) } };
  }
}

/** What must be accepted. @throws on any other answer */
export async function postAccepted(desk: Desk, request: Request): Promise<Answer> {
  const answer = await post(desk, request);
  if (answer.status >= 300)
    throw new Error(
      `POST /${request.path} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`,
    );
  return answer;
}
