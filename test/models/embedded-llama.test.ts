// The embedded server with the real model, through the provider that the product uses.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Candidate } from '../../src/core/documents/candidate-sentences.ts';
import { kinds } from '../../src/core/documents/kinds.ts';
import { scorePrompts, toScores } from '../../src/core/documents/score-prompts.ts';
import { classifyFailure } from '../../src/models/classify-failure.ts';
import { startLlamaServer, type LlamaServer } from '../../src/models/embedded/llama-server.ts';
import { createLlamaProvider } from '../../src/models/llama/llama.ts';
import type { ModelProvider } from '../../src/models/port.ts';
import { ggufFile } from '../support/gguf.ts';
import { failureOf, options, requestTo } from './providers.ts';

const risks = [
  'The only supplier of the main part has asked a court for protection from its creditors.',
  'Two of the three compressors are past their service life, and the engineers expect a total failure within a year.',
  'The authority has opened an inquiry and can suspend our licence if the limit is broken again.',
  'The customer may end the agreement without compensation because deliveries were late in two months in a row.',
  'An attempted ransomware attack was stopped only because an employee pulled the network cable.',
];
const others = [
  'The board will meet on 18 November in the town hall.',
  'Revenue was 14.2 million, in line with the budget.',
  'The new night route has been full since its second week and already earns a profit.',
  'The customer pays within thirty days of the date of the invoice.',
  'All eight apprentices of the first year passed their examination.',
  'The marketing team visited the trade fair and published the new price list.',
  'Words with a capital letter have the meaning given in clause 2.',
];

const candidatesOf = (sentences: string[]) => sentences.map((text) => ({ text }) as Candidate);

describe('the embedded Llama server', () => {
  let server: LlamaServer;
  let provider: ModelProvider;
  const model = 'smollm2-135m-instruct';

  beforeAll(async () => {
    server = await startLlamaServer({
      modelPath: ggufFile(),
      port: 0,
      maxWaiting: 3,
      maxBodyBytes: 200_000,
      beatMs: 100,
    });
    provider = createLlamaProvider({ baseUrl: server.url });
  });
  afterAll(async () => {
    await server.close();
  });

  test('serves the model under its catalogue name', async () => {
    expect(await provider.health(new AbortController().signal)).toMatchObject({ ok: true, models: [model] });
  });

  test('scores sentences so that the risks stand on top, the shared beginning evaluated once', async () => {
    const sentences = [...others.slice(0, 3), ...risks, ...others.slice(3)];
    const { prompts, labels } = scorePrompts(candidatesOf(sentences), kinds.risks);
    const reply = await provider.score!({ model, prompts, labels }, options({ stallMs: 60_000 }));
    const ranked = toScores(candidatesOf(sentences), kinds.risks, reply.scores).toSorted(
      (a, b) => b.score - a.score,
    );
    expect(
      ranked
        .slice(0, 5)
        .map(({ text }) => text)
        .toSorted(),
    ).toEqual(risks.toSorted());
    expect(reply.usage.outputTokens).toBe(prompts.length);
    expect(reply.usage.cachedInputTokens / reply.usage.inputTokens).toBeGreaterThan(0.6);
    expect(reply).toMatchObject({ usageSource: 'reported', providerModel: model });
  });

  test('the same prompts score the same when asked again', async () => {
    const { prompts, labels } = scorePrompts(candidatesOf(risks.slice(0, 2)), kinds.risks);
    const [first, second] = [
      await provider.score!({ model, prompts, labels }, options()),
      await provider.score!({ model, prompts, labels }, options()),
    ];
    for (const [row, scores] of first.scores.entries()) {
      for (const [column, score] of scores.entries())
        expect(second.scores[row]![column]).toBeCloseTo(score, 1);
    }
  });

  test('writes, streamed, with its tokens counted and its length limited', async () => {
    const pieces: string[] = [];
    const reply = await provider.complete(
      requestTo(model, {
        messages: [{ role: 'user', text: 'Tell me a story about a lighthouse.' }],
        maxOutputTokens: 24,
      }),
      options({ stallMs: 60_000, onText: (piece) => pieces.push(piece) }),
    );
    expect(reply).toMatchObject({ stop: 'length', usageSource: 'reported', providerModel: model });
    expect(reply.text.trim().length).toBeGreaterThan(20);
    expect(pieces.length).toBeGreaterThan(5);
    expect(pieces.join('').trim()).toBe(reply.text.trim());
    expect(reply.usage.outputTokens).toBeGreaterThanOrEqual(20);
    expect(reply.usage.outputTokens).toBeLessThanOrEqual(26);
    expect(reply.usage.inputTokens).toBeGreaterThan(15);
    expect(reply.requestId).toBeTruthy();
  });

  test('an answer by schema is JSON of that schema', async () => {
    const schema = {
      type: 'object',
      properties: { mood: { enum: ['good', 'bad'] }, count: { type: 'integer' } },
      required: ['mood', 'count'],
      additionalProperties: false,
    };
    const reply = await provider.complete(
      requestTo(model, { outputSchema: { name: 'mood', schema }, maxOutputTokens: 60 }),
      options({ stallMs: 60_000 }),
    );
    expect(JSON.parse(reply.text)).toEqual({
      mood: expect.stringMatching(/^(good|bad)$/),
      count: expect.any(Number),
    });
  });

  test('a client that hangs up frees the model for the next one', async () => {
    const controller = new AbortController();
    const long = failureOf(
      provider.complete(
        requestTo(model, {
          messages: [{ role: 'user', text: 'Count to ten thousand.' }],
          maxOutputTokens: 1500,
        }),
        options({ stallMs: 60_000, signal: controller.signal, onText: () => controller.abort() }),
      ),
    );
    expect(classifyFailure(await long).kind).toBe('aborted');
    const begun = performance.now();
    await provider.complete(requestTo(model, { maxOutputTokens: 1 }), options({ stallMs: 60_000 }));
    // What was asked for takes twenty seconds and more.
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  test('requests wait for each other; too many get a rate limit with the time to come back', async () => {
    const calls = Array.from({ length: 12 }, () =>
      provider.complete(requestTo(model, { maxOutputTokens: 12 }), options({ stallMs: 60_000 })).then(
        () => 'answered',
        (error: unknown) => classifyFailure(error),
      ),
    );
    const results = await Promise.all(calls);
    const refused = results.filter((result) => result !== 'answered');
    expect(results.length - refused.length).toBeGreaterThanOrEqual(3);
    expect(refused.length).toBeGreaterThan(0);
    for (const failure of refused)
      expect(failure).toMatchObject({ kind: 'rate_limited', retryable: true, retryAfterMs: 1000 });
  });

  test('whoever waits in line, or for many prompts, hears that the server is there', async () => {
    const { prompts, labels } = scorePrompts(candidatesOf([...risks, ...others]), kinds.risks);
    const score = () => provider.score!({ model, prompts, labels }, options({ stallMs: 600 }));
    const write = () =>
      provider.complete(requestTo(model, { maxOutputTokens: 3 }), options({ stallMs: 600 }));
    const [first, second, third] = await Promise.all([score(), score(), write()]);
    expect(first.scores).toHaveLength(prompts.length);
    expect(second.scores).toHaveLength(prompts.length);
    expect(third.stop).toBe('length');
  });

  test.each([
    [
      'a prompt over the window',
      { messages: [{ role: 'user' as const, text: 'word '.repeat(6_000) }] },
      'context_too_long',
    ],
    [
      'a body over the limit',
      { messages: [{ role: 'user' as const, text: 'x'.repeat(300_000) }] },
      'context_too_long',
    ],
    [
      'a tool result',
      {
        messages: [
          { role: 'user' as const, text: 'Hi' },
          { role: 'assistant' as const, text: '', toolCalls: [{ id: 'a', name: 'b', arguments: '{}' }] },
          { role: 'tool' as const, callId: 'a', name: 'b', text: 'x' },
        ],
      },
      'bad_request',
    ],
  ])('%s is refused, finally', async (_name, fields, kind) => {
    const error = await failureOf(provider.complete(requestTo(model, fields), options({ stallMs: 60_000 })));
    expect(classifyFailure(error)).toMatchObject({ kind, retryable: false });
  });

  test.each([
    ['POST', '/v1/completions', 'not json', 400],
    ['POST', '/v1/completions', JSON.stringify({ prompt: 'a', max_tokens: 5 }), 400],
    ['POST', '/v1/completions', JSON.stringify({ prompt: [], max_tokens: 1 }), 400],
    ['POST', '/v1/completions', JSON.stringify({ prompt: 'word '.repeat(5_000), max_tokens: 1 }), 400],
    ['POST', '/v1/embeddings', '{}', 404],
    ['GET', '/v1/chat/completions', undefined, 404],
  ])('%s %s with a bad body or path answers with a sentence', async (method, path, body, status) => {
    const response = await fetch(server.url.replace(/\/v1$/, path), {
      method,
      ...(body === undefined ? {} : { body }),
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { message: expect.any(String) } });
  });
});

test('a file that is no model stops the start with a reason, and frees the port', async () => {
  await expect(startLlamaServer({ modelPath: new URL(import.meta.url).pathname, port: 0 })).rejects.toThrow();
});
