import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { classifyFailure } from '../../src/models/classify-failure.ts';
import type { ModelMessage, ModelProvider } from '../../src/models/port.ts';
import type { PlannedAnswer } from '../support/scripted-model-server/script.ts';
import {
  startScriptedModelServer,
  type ScriptedModelServer,
} from '../support/scripted-model-server/server.ts';
import { failureOf, options, providersUnderTest, requestTo } from './providers.ts';

const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const weather = { name: 'weather', description: 'The weather of a city.', parameters: schema };
const usage = {
  inputTokens: 1200,
  cachedInputTokens: 1000,
  cacheWriteTokens: 50,
  outputTokens: 90,
  reasoningTokens: 40,
};

describe.each(providersUnderTest)('every provider keeps the contract: $name', ({ name, model, open }) => {
  let server: ScriptedModelServer;
  let provider: ModelProvider;

  beforeEach(async () => {
    server = await startScriptedModelServer({ models: [model] });
    provider = open(server);
  });
  afterEach(async () => {
    await server.close();
  });

  const ask = (answer: PlannedAnswer, fields = {}, call = {}) => {
    server.plan(answer);
    return provider.complete(requestTo(model, fields), options(call));
  };

  test('a text answer comes whole, and in pieces while it is written', async () => {
    const pieces: string[] = [];
    const reply = await ask(
      { text: 'Hello, héllo, 你好, 👋 and goodbye.', chunkSize: 5, usage },
      {},
      { onText: (piece: string) => pieces.push(piece) },
    );
    expect(reply).toMatchObject({
      text: 'Hello, héllo, 你好, 👋 and goodbye.',
      toolCalls: [],
      stop: 'end',
      usage,
      usageSource: 'reported',
      providerModel: model,
      requestId: 'req_000001',
      carry: null,
    });
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join('')).toBe(reply.text);
    server.assertDone();
  });

  test('system text, messages, the token limit and the call key reach the provider', async () => {
    await ask({ text: 'ok' }, { maxOutputTokens: 77 }, { callKey: 'tsk_1/1/2/0', try: 3 });
    expect(server.calls()[0]).toMatchObject({
      system: 'You are terse.',
      maxOutputTokens: 77,
      callKey: 'tsk_1/1/2/0',
      try: 3,
    });
    expect(server.calls()[0]?.text).toContain('Say hello.');
    expect(server.journal()[0]).toMatchObject({ outcome: 'served', callKey: 'tsk_1/1/2/0', try: 3 });
  });

  test('parallel tool calls come back with their ids and their arguments as written', async () => {
    const toolCalls = [
      { id: 'call_a', name: 'weather', arguments: { city: 'Oslo' } },
      { id: 'call_b', name: 'weather', arguments: { city: 'a city with a rather long name' } },
    ];
    const reply = await ask({ text: 'Looking.', toolCalls }, { tools: [weather] });
    expect(reply).toMatchObject({ text: 'Looking.', stop: 'tools' });
    expect(reply.toolCalls).toEqual(
      toolCalls.map((call) => ({ ...call, arguments: JSON.stringify(call.arguments) })),
    );
    expect(server.calls()[0]?.toolNames).toEqual(['weather']);
  });

  test('results of parallel calls, an error among them, are given back in the form that the provider accepts', async () => {
    const messages: ModelMessage[] = [
      { role: 'user', text: 'Weather in Oslo and Rome?' },
      {
        role: 'assistant',
        text: '',
        toolCalls: [
          { id: 'call_a', name: 'weather', arguments: '{"city":"Oslo"}' },
          { id: 'call_b', name: 'weather', arguments: '{"city": broken' },
        ],
      },
      { role: 'tool', callId: 'call_a', name: 'weather', text: 'Rain.' },
      { role: 'tool', callId: 'call_b', name: 'weather', text: 'The arguments are not JSON.', isError: true },
      { role: 'user', text: 'Go on.' },
    ];
    const reply = await ask({ text: 'Rain in Oslo.' }, { messages, tools: [weather] });
    expect(reply.text).toBe('Rain in Oslo.');
    expect(server.calls()[0]?.text).toContain('The arguments are not JSON.');
  });

  test('broken arguments are handed on as they are', async () => {
    const reply = await ask(
      { toolCalls: [{ id: 'x', name: 'weather', arguments: '{"city": "Os' }] },
      { tools: [weather] },
    );
    expect(reply.toolCalls[0]?.arguments).toBe('{"city": "Os');
  });

  test('a call without arguments has an empty object', async () => {
    const reply = await ask(
      { toolCalls: [{ id: 'x', name: 'weather', arguments: '' }] },
      { tools: [weather] },
    );
    expect(JSON.parse(reply.toolCalls[0]?.arguments ?? '')).toEqual({});
  });

  test('an answer by schema is asked for in the provider’s own way', async () => {
    const reply = await ask({ json: { city: 'Oslo' } }, { outputSchema: { name: 'place', schema } });
    expect(JSON.parse(reply.text)).toEqual({ city: 'Oslo' });
    expect(server.calls()[0]?.outputSchema?.schema).toEqual(schema);
  });

  test('images stand before the text, in the provider’s own form', async () => {
    const images = [{ mediaType: 'image/png', data: 'aW1hZ2U=' }];
    await ask({ text: 'A cat.' }, { messages: [{ role: 'user', text: 'What is it?', images }] });
    const sent = JSON.stringify(server.calls()[0]?.body);
    expect(sent).toMatch(/data:image\/png;base64,aW1hZ2U=|"media_type":"image\/png","data":"aW1hZ2U="/);
    expect(sent.indexOf('aW1hZ2U=')).toBeLessThan(sent.indexOf('What is it?'));
    expect(server.calls()[0]?.text).toContain('What is it?');
  });

  test.each(['length', 'refused'] as const)('a stop for %s is told', async (stop) => {
    const reply = await ask({ text: 'I cannot', stop });
    expect(reply).toMatchObject({ stop, text: 'I cannot' });
  });

  test('an empty answer is an answer', async () => {
    expect(await ask({ text: '' })).toMatchObject({ text: '', stop: 'end', toolCalls: [] });
  });

  test('a temperature is not sent to a model that refuses it', async () => {
    await ask({ text: 'ok' }, { temperature: 0.7 });
    expect('temperature' in server.calls()[0]!.body).toBe(name === 'llama');
  });

  test('an abort ends the call within a second, before the first byte and in the middle', async () => {
    for (const answer of [
      { fault: { kind: 'silent' } },
      { text: 'Never the end', chunkSize: 2, fault: { kind: 'stall', afterEvents: 3 } },
    ] as PlannedAnswer[]) {
      const controller = new AbortController();
      const call = failureOf(ask(answer, {}, { signal: controller.signal }));
      while (server.journal().at(-1)?.outcome !== 'open') await new Promise(setImmediate);
      const begun = performance.now();
      controller.abort();
      expect(classifyFailure(await call)).toMatchObject({ kind: 'aborted', retryable: false });
      expect(performance.now() - begun).toBeLessThan(1_000);
      while (server.journal().at(-1)?.outcome === 'open') await new Promise(setImmediate);
    }
  });

  test('a signal that was aborted before makes no call', async () => {
    const error = await failureOf(
      provider.complete(requestTo(model), options({ signal: AbortSignal.abort() })),
    );
    expect(classifyFailure(error).kind).toBe('aborted');
    expect(server.calls()).toEqual([]);
  });

  test('silence ends the call as stalled, before the first byte and in the middle', async () => {
    for (const answer of [
      { fault: { kind: 'silent' } },
      { text: 'Never the end', chunkSize: 2, fault: { kind: 'stall', afterEvents: 3 } },
    ] as PlannedAnswer[]) {
      const error = await failureOf(ask(answer, {}, { stallMs: 80 }));
      expect(classifyFailure(error)).toMatchObject({ kind: 'stalled', retryable: true });
    }
  });

  test('a slow answer that keeps coming is not a stall', async () => {
    const reply = await ask(
      { text: 'slow but steady wins', chunkSize: 2, chunkDelayMs: 30 },
      {},
      { stallMs: 250 },
    );
    expect(reply.text).toBe('slow but steady wins');
  });

  test('a failed call is made once: the caller owns retries', async () => {
    const error = await failureOf(ask({ fault: { kind: 'status', status: 500 } }));
    expect(classifyFailure(error)).toMatchObject({ kind: 'server', retryable: true });
    expect(server.calls()).toHaveLength(1);
  });

  test('the models that a server serves are its health', async () => {
    expect(await provider.health(new AbortController().signal)).toMatchObject({
      ok: true,
      models: [model],
      problem: null,
    });
  });

  test('a server that is away is said in its health, not thrown', async () => {
    await server.close();
    const health = await provider.health(new AbortController().signal);
    expect(health).toMatchObject({ ok: false, models: [] });
    expect(health.problem).toBeTruthy();
  });
});
