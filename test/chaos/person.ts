/**
 * The people of a fault run: decide approvals and answer questions as they come, over the API, a little impatient: some decisions are sent
 * twice at once with different keys, of which one must win. What is decided follows from the id alone. Some things nobody decides.
 */
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, type Desk, get, post } from './desk.ts';
import { undecided } from './give-runs.ts';

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
  kind: 'step' | 'tool' | 'uncertain';
  title: string;
  fourEyes: boolean;
  arguments: Record<string, unknown> | null;
}

/** @param others keys of two more people, for what needs four eyes */
export function startPerson(desk: Desk, others: readonly string[], everyMs = 300): Person {
  const decisions: Decision[] = [];
  const answers: Person['answers'] = [];
  const answered = new Set<string>();
  let stopped = false;
  const round = async () => {
    for (const approval of await open<Asked>(desk, 'approvals', 'status == "requested"')) {
      if (isLeft(approval)) continue;
      const decision = approval.fourEyes
        ? await agreeTogether(desk, others, approval)
        : await decide(desk, approval);
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

/** Nobody decides it: it expires. */
function isLeft({ title, tool }: Asked): boolean {
  return title === undecided || tool === 'remember';
}

function chanceOf(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32BE(0) % 100;
}

/** Agents live with a no; a step of a run would fail. @returns null when it was too late */
async function decide(desk: Desk, approval: Asked): Promise<Decision | null> {
  const { id, tool, agentId, kind } = approval;
  const chance = chanceOf(id);
  if (kind === 'uncertain') return settleUncertain(desk, id, chance);
  const denies = agentId !== null && chance < 20;
  const edits = tool === 'calculate' && agentId !== null && !denies && chance < 50;
  const verdict = denies ? 'deny' : 'approve';
  const body = edits ? { arguments: { ...approval.arguments, variables: { who: 'a person' } } } : {};
  const keys = chance % 3 === 0 ? ['once', 'twice'] : ['once'];
  const said = await Promise.all(
    keys.map((n) => post(desk, { path: `approvals/${id}/${verdict}`, key: `${verdict}-${id}-${n}`, body })),
  );
  const taken = takenOf(id, said);
  if (taken.length > 1) throw new Error(`${verdict} of ${id} was taken twice: ${JSON.stringify(said)}`);
  return taken.length === 0 ? null : { id, status: denies ? 'denied' : 'approved', edited: edits };
}

/** Two other people agree, at the same moment; whoever gave the goal tries too and may not. @returns null when it was too late */
async function agreeTogether(desk: Desk, others: readonly string[], { id }: Asked): Promise<Decision | null> {
  const agree = (ownerKey: string) =>
    post({ ...desk, ownerKey }, { path: `approvals/${id}/approve`, key: `together-${id}`, body: {} });
  const [own, ...said] = await Promise.all([desk.ownerKey, ...others].map(agree));
  if (own?.body.code !== 'forbidden' && own?.body.code !== 'wrong_state')
    throw new Error(`Whoever started ${id} could agree to it: ${JSON.stringify(own)}`);
  const taken = takenOf(id, said);
  return taken.length < said.length ? null : { id, status: 'approved', edited: false };
}

/** Nobody knows whether the call happened: it is tried again, said to have happened or not, or left at that. */
async function settleUncertain(desk: Desk, id: string, chance: number): Promise<Decision | null> {
  const again = chance < 50;
  const [path, body] = again
    ? ['approve', {}]
    : chance < 75
      ? ['say-happened', { happened: chance % 2 === 0 }]
      : ['deny', {}];
  const said = await post(desk, { path: `approvals/${id}/${path}`, key: `uncertain-${id}`, body });
  return takenOf(id, [said]).length === 0
    ? null
    : { id, status: again ? 'approved' : 'denied', edited: false };
}

/** @throws on anything but a yes and "too late" */
function takenOf(id: string, said: readonly Answer[]): Answer[] {
  const strange = said.find(({ status, body }) => status >= 300 && body.code !== 'wrong_state');
  if (strange) throw new Error(`A decision of ${id} was answered: ${JSON.stringify(strange)}`);
  return said.filter(({ status }) => status < 300);
}
