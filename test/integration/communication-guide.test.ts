import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import { AgentSpec } from '../../src/contracts/agent.ts';
import { insertAgent } from '../../src/db/agent-store.ts';
import { runApi, type RunningApi } from '../api/support/running-api.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';
import { waitFor } from '../support/wait-for.ts';

const guide = readFileSync(new URL('../../docs/communication.md', import.meta.url), 'utf8');

/** A fence of the guide: `http` with words behind it, and the `json` that must be part of its answer. */
interface Example {
  words: string[];
  method: string;
  path: string;
  body: string | null;
  expected: object | null;
}

function examplesOf(text: string): Example[] {
  const fences = [...text.matchAll(/```(http|json)([^\n]*)\n([\s\S]*?)```/g)];
  return fences.flatMap(([, kind, words = '', content = ''], i) => {
    if (kind !== 'http') return [];
    const [line = '', ...rest] = content.trim().split('\n');
    const [method = '', ...path] = line.split(' ');
    const next = fences[i + 1];
    const expected = next?.[1] === 'json' ? (JSON.parse(next[3] ?? '') as object) : null;
    const body = rest.join('\n').trim() || null;
    return [{ words: words.trim().split(/\s+/), method, path: path.join(' '), body, expected }];
  });
}

let house: ScriptedHouse;
let api: RunningApi;
const known = new Map<string, string>();

beforeAll(async () => {
  house = await openScriptedHouse();
  api = await runApi({ db: house.db });
  house.answer((call) => {
    if (!call.text.includes('Ask which harbour')) return null;
    return call.text.includes('Bremerhaven')
      ? { text: 'Bremerhaven has a tide.' }
      : { toolCalls: [{ name: 'ask_person', arguments: { question: 'Which harbour?' } }] };
  });
  const hire = (name: string) =>
    house.db.inWorkspace(house.scope, async (tx) => {
      const spec = AgentSpec.parse({ name, role: 'master_operator', tools: ['ask_person', 'send_message'] });
      return (await insertAgent(tx, spec)).id;
    });
  known.set('agentId', await hire('Harbour clerk'));
  known.set('archivedId', await hire('Retired clerk'));
  await api.ask('DELETE', `agents/${known.get('archivedId')}`);
}, 120_000);

const filled = (text: string) => text.replace(/\{(\w+)\}/g, (all, name: string) => known.get(name) ?? all);

async function send({ method, path, body }: Example) {
  const [address = '', query] = filled(path)
    .replace('/api/v2/', '')
    .split(/\?(.*)/s);
  const search = query
    ? `?${query.replace(/=(.*)/s, (_, value: string) => `=${encodeURIComponent(value)}`)}`
    : '';
  return api.ask(method, address + search, body ? { body: JSON.parse(filled(body)) } : {});
}

function keep(example: Example, answer: unknown): void {
  const word = example.words.find((each) => each.startsWith('keep='));
  if (!word) return;
  const [name = '', path = 'id'] = word.slice(5).split(':');
  const value = path.split('.').reduce((at: unknown, key) => (at as Record<string, unknown>)[key], answer);
  known.set(name, String(value));
}

test('the guide to communication is right: its examples give the answers that it shows', async () => {
  const examples = examplesOf(guide);
  expect(examples.length).toBeGreaterThan(12);
  for (const example of examples) {
    let answer = await send(example);
    const fits = () => {
      expect(answer.body).toMatchObject(example.expected ?? {});
      return true;
    };
    if (example.words.includes('wait'))
      await waitFor(
        async () => {
          answer = await send(example);
          return fits();
        },
        { what: `${example.method} ${example.path}`, timeoutMs: 45_000 },
      );
    const status = Number(example.words.find((word) => word.startsWith('status='))?.slice(7) ?? 0);
    expect([example.path, status ? answer.status === status : answer.status < 300]).toEqual([
      example.path,
      true,
    ]);
    fits();
    keep(example, answer.body);
  }
}, 240_000);
