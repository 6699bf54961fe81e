/**
 * The person of a fault run: decides approvals and answers questions as they come, over the API, a little impatient: some decisions are sent
 * twice at once with different keys, of which one must win. What is decided follows from the id alone.
 */
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Desk, get, post } from './desk.ts';

export interface Decision {
  id: string;
  /** As the door said it: taken, or too late. */
  status: 'approved' | 'denied';
  edited: boolean;
}

export interface Person {
  decisions: Decision[];
  /** Messages that were accepted. */
  answers: { key: string; id: string }[];
  stop(): Promise<void>;
}

interface Asked extends Record<string, unknown> {
  id: string;
  agentId: string | null;
  tool: string | null;
  kind: string;
  arguments: Record<string, unknown> | null;
}

export function startPerson(desk: Desk, everyMs = 300): Person {
  const decisions: Decision[] = [];
  const answers: Person['answers'] = [];
  const answered = new Set<string>();
  let stopped = false;
  const round = async () => {
    for (const approval of await open<Asked>(desk, 'approvals', 'status == "requested"')) {
      const decision = await decide(desk, approval);
      if (decision) decisions.push(decision);
    }
    for (const { id } of await open(desk, 'messages', 'to.kind == "person" && open')) {
      const key = `answer-${id}`;
      const content = { text: 'The price matters most.' };
      const { status, body } = await post(desk, { path: 'messages', key, body: { replyTo: id, content } });
      if (status === 201 && !answered.has(id)) {
        answered.add(id);
        answers.push({ key, id: String(body.id) });
      }
    }
  };
  const working = (async () => {
    while (!stopped) {
      await round();
      await pause(everyMs);
    }
  })();
  working.catch(() => {}); // told by stop
  return {
    decisions,
    answers,
    stop: async () => {
      stopped = true;
      await working;
    },
  };
}

async function open<Item extends { id: string }>(desk: Desk, path: string, filter: string): Promise<Item[]> {
  const query = new URLSearchParams({ filter, pageSize: '100' });
  const { status, body } = await get(desk, `${path}?${query}`);
  if (status !== 200) throw new Error(`GET /${path} was answered with ${status}: ${JSON.stringify(body)}`);
  return body.items as Item[];
}

/** Agents live with a no; a step of a run would fail. @returns null when it was too late */
async function decide(desk: Desk, approval: Asked): Promise<Decision | null> {
  const { id, tool, agentId } = approval;
  const chance = createHash('sha256').update(id).digest().readUInt32BE(0) % 100;
  const denies = agentId !== null && chance < 20;
  const edits = tool === 'calculate' && agentId !== null && !denies && chance < 50;
  const verdict = denies ? 'deny' : 'approve';
  const body = edits ? { arguments: { ...approval.arguments, variables: { who: 'a person' } } } : {};
  const keys = chance % 3 === 0 ? ['once', 'twice'] : ['once'];
  const said = await Promise.all(
    keys.map((n) => post(desk, { path: `approvals/${id}/${verdict}`, key: `${verdict}-${id}-${n}`, body })),
  );
  const taken = said.filter(({ status }) => status < 300);
  const strange = said.find(({ status, body }) => status >= 300 && body.code !== 'wrong_state');
  if (strange || taken.length > 1)
    throw new Error(`${verdict} of ${id} was answered: ${JSON.stringify(said)}`);
  return taken.length === 0 ? null : { id, status: denies ? 'denied' : 'approved', edited: edits };
}
