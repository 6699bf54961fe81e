import { type Desk, post, postAccepted } from './desk.ts';

export interface Accepted {
  key: string;
  id: string;
  /** How often it had to be asked until an answer came. */
  asked: number;
}

/** Gives one goal. Any answer that is neither "accepted" nor "try again" is an error. */
export async function giveTask(desk: Desk, key: string, goal: string): Promise<Accepted> {
  const { body, asked } = await postAccepted(desk, { path: 'tasks', key, body: { goal } });
  return { key, id: String(body.id), asked };
}

/** Writes to a task. @returns null when it had ended */
export async function writeToTask(desk: Desk, key: string, taskId: string): Promise<Accepted | null> {
  const content = { text: 'Mind the price of delivery.' };
  const path = `tasks/${taskId}/messages`;
  const { status, body, asked } = await post(desk, { path, key, body: { content } });
  if (status === 201) return { key, id: String(body.id), asked };
  if (body.code === 'undeliverable') return null;
  throw new Error(`POST /${path} was answered with ${status}: ${JSON.stringify(body)}`);
}
