import { type Desk, get, post, postAccepted } from './desk.ts';
import type { Expected } from './meddler.ts';

export interface Accepted {
  key: string;
  id: string;
  /** How often it had to be asked until an answer came. */
  asked: number;
  /** How it must end, when that is not `completed`. */
  expected?: Expected;
}

/** Gives one goal. Any answer that is neither "accepted" nor "try again" is an error. */
export async function giveTask(desk: Desk, key: string, goal: string): Promise<Accepted> {
  const { body, asked } = await postAccepted(desk, { path: 'tasks', key, body: { goal } });
  return { key, id: String(body.id), asked };
}

/** Writes to a task; with `withinMs` it is of use until then only. @returns null when it had ended, or it was too late */
export async function writeToTask(
  desk: Desk,
  { key, taskId, withinMs }: { key: string; taskId: string; withinMs?: number },
): Promise<Accepted | null> {
  const content = { text: 'Mind the price of delivery.' };
  return write(desk, { path: `tasks/${taskId}/messages`, key, body: { content, ...deadline(withinMs) } });
}

/** Tells an agent something for its next task, whatever that is: of use for a moment only. */
export async function writeToAgent(
  desk: Desk,
  { key, agentId, withinMs }: { key: string; agentId: string; withinMs: number },
): Promise<Accepted | null> {
  const to = { kind: 'agent', id: agentId };
  const content = { text: 'The road is closed this morning.' };
  return write(desk, { path: 'messages', key, body: { to, type: 'inform', content, ...deadline(withinMs) } });
}

function deadline(withinMs: number | undefined): { deadline?: string } {
  return withinMs === undefined ? {} : { deadline: new Date(Date.now() + withinMs).toISOString() };
}

async function write(
  desk: Desk,
  request: { path: string; key: string; body: object },
): Promise<Accepted | null> {
  const { status, body, asked } = await post(desk, request);
  if (status === 201) return { key: request.key, id: String(body.id), asked };
  if (body.code === 'undeliverable') return null;
  throw new Error(`POST /${request.path} was answered with ${status}: ${JSON.stringify(body)}`);
}

export async function operatorsOf(desk: Desk): Promise<string[]> {
  const { body } = await get(desk, `agents?${new URLSearchParams({ filter: 'role == "master_operator"' })}`);
  return (body.items as { id: string }[]).map(({ id }) => id).sort();
}
