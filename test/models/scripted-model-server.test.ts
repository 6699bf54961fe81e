// The instrument itself: what other tests and the chaos check rely on.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { checkDefinition } from '../../src/core/workflow/validate-definition.ts';
import { createOpenAiProvider } from '../../src/models/openai/openai.ts';
import type { ModelProvider } from '../../src/models/port.ts';
import { instanceOf } from '../support/scripted-model-server/instance-of-schema.ts';
import type { JournalEntry } from '../support/scripted-model-server/journal.ts';
import type { ServedCall } from '../support/scripted-model-server/script.ts';
import {
  startScriptedModelServer,
  type ScriptedModelServer,
} from '../support/scripted-model-server/server.ts';
import { createWorkRule, planOf } from '../support/scripted-model-server/work-rule.ts';
import { failureOf, options, requestTo } from './providers.ts';

const said = (text: string) => requestTo('m', { messages: [{ role: 'user', text }] });

describe('the scripted model server is strict', () => {
  let server: ScriptedModelServer;
  let provider: ModelProvider;

  beforeEach(async () => {
    server = await startScriptedModelServer({
      answers: [{ text: 'one' }, { when: 'apples', text: 'pears' }],
    });
    provider = createOpenAiProvider({ apiKey: 'k', baseUrl: server.v1 });
  });
  afterEach(async () => {
    await server.close();
  });

  test('used as planned, it has nothing to say', async () => {
    expect((await provider.complete(said('I like apples'), options())).text).toBe('one');
    expect((await provider.complete(said('I like apples'), options())).text).toBe('pears');
    expect(() => server.assertDone()).not.toThrow();
  });

  test('an answer that nobody asked for is named', async () => {
    await provider.complete(said('plums'), options());
    expect(() => server.assertDone()).toThrow(/Never asked for \(1x\).*apples/);
  });

  test('a request that nothing is planned for gets a 500 and is remembered', async () => {
    await provider.complete(said('plums'), options());
    expect(await failureOf(provider.complete(said('plums again'), options()))).toMatchObject({
      status: 500,
      message: expect.stringContaining('Nothing is planned'),
    });
    expect(() => server.assertDone()).toThrow(/Unplanned request .*plums again/);
    expect(server.journal().at(-1)).toMatchObject({ outcome: 'unplanned', status: 500, usage: null });
  });

  test('a conversation that the real provider would refuse is refused', async () => {
    const messages = [
      { role: 'user' as const, text: 'Hi' },
      { role: 'tool' as const, callId: 'nobody', name: 'x', text: 'y' },
    ];
    expect(await failureOf(provider.complete(requestTo('m', { messages }), options()))).toMatchObject({
      status: 400,
    });
  });

  test('the journal can be read by another process, and goes on from a number', async () => {
    await provider.complete(said('a'), options({ callKey: 'tsk_1/1/1/0', try: 1 }));
    await provider.complete(said('apples'), options({ callKey: 'tsk_1/1/2/0', try: 2 }));
    const read = async (query: string) =>
      ((await (await fetch(`${server.url}/journal${query}`)).json()) as { entries: JournalEntry[] }).entries;
    expect(await read('')).toMatchObject([
      {
        id: 'req_000001',
        seq: 1,
        callKey: 'tsk_1/1/1/0',
        try: 1,
        outcome: 'served',
        usage: { outputTokens: 1 },
      },
      {
        id: 'req_000002',
        seq: 2,
        callKey: 'tsk_1/1/2/0',
        try: 2,
        outcome: 'served',
        usage: { outputTokens: 2 },
      },
    ]);
    expect(await read('?after=1')).toHaveLength(1);
  });

  test('a wrong key is refused when the script names one', async () => {
    const locked = await startScriptedModelServer({ apiKey: 'right', rule: () => ({ text: 'in' }) });
    const open = (apiKey: string) => createOpenAiProvider({ apiKey, baseUrl: locked.v1 });
    expect((await open('right').complete(said('x'), options())).text).toBe('in');
    expect(await failureOf(open('wrong').complete(said('x'), options()))).toMatchObject({ status: 401 });
    expect(await open('wrong').health(new AbortController().signal)).toMatchObject({ ok: false });
    await locked.close();
  });
});

describe('the work rule', () => {
  const call = { text: 'Do it', callKey: 'k/1', try: 1 } as ServedCall;

  test.each([1, 2, 3, 4, 10])('plans of %i steps are valid', (steps) => {
    const plan = planOf(call, steps);
    const checked = checkDefinition(plan, { agents: [], tools: [], workflows: [] } as never);
    expect('problems' in checked ? checked.problems : []).toEqual([]);
    expect((plan as { steps: unknown[] }).steps).toHaveLength(steps);
  });

  test('answers the same request the same way', () => {
    const rule = createWorkRule();
    const asked = { ...call, protocol: 'chat', outputSchema: null } as ServedCall;
    expect(rule(asked)).toEqual(rule(asked));
    expect(rule(asked)).not.toEqual(rule({ ...asked, text: 'Do something else' }));
  });

  test('fails first tries by key and share, never second ones', () => {
    const rule = createWorkRule({ faultsPerHundred: 20, seed: 7 });
    const tries = (n: number) =>
      Array.from({ length: 1000 }, (_each, index) =>
        rule({ ...call, protocol: 'chat', outputSchema: null, callKey: `t/${index}`, try: n } as ServedCall),
      ).filter((answer) => answer.fault).length;
    expect(tries(1)).toBeGreaterThan(120);
    expect(tries(1)).toBeLessThan(280);
    expect(tries(2)).toBe(0);
  });

  test('an answer by any usual schema is an instance of it', () => {
    const schema = {
      type: 'object',
      required: ['a', 'b', 'c', 'd', 'e'],
      properties: {
        a: { type: 'string', minLength: 6 },
        b: { type: 'array', items: { $ref: '#/$defs/item' }, minItems: 2 },
        c: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        d: { enum: ['x', 'y'] },
        e: { type: ['integer', 'null'], minimum: 3 },
      },
      $defs: { item: { type: 'object', required: ['k'], properties: { k: { const: 1 } } } },
    };
    expect(instanceOf(schema)).toEqual({ a: 'text..', b: [{ k: 1 }, { k: 1 }], c: null, d: 'x', e: 3 });
  });
});

test('run as a program it says where it is, answers, and ends when told', async () => {
  const file = fileURLToPath(new URL('../support/scripted-model-server/main.ts', import.meta.url));
  const env = { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' };
  const program = spawn(process.execPath, [file, '--port', '0', '--words', '5'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  const [line] = (await once(program.stdout, 'data')) as [Buffer];
  const { openai } = JSON.parse(line.toString()) as { openai: string };
  const reply = await createOpenAiProvider({ apiKey: 'k', baseUrl: openai }).complete(said('Go'), options());
  expect(reply.text.split(' ')).toHaveLength(5);
  program.kill('SIGTERM');
  expect(await once(program, 'exit')).toEqual([0, null]);
});
