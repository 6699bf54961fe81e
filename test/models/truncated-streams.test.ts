// An answer is whole or it is an error, wherever the line breaks. Every byte of a recorded stream is tried.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { classifyFailure } from '../../src/models/classify-failure.ts';
import type { ModelReply } from '../../src/models/port.ts';
import type { PlannedAnswer } from '../support/scripted-model-server/script.ts';
import {
  startScriptedModelServer,
  type ScriptedModelServer,
} from '../support/scripted-model-server/server.ts';
import { writeAnswer } from '../support/scripted-model-server/write-answer.ts';
import { options, providersUnderTest, requestTo } from './providers.ts';

const answer: PlannedAnswer = {
  text: 'Grüße, half is none.',
  chunkSize: 12,
  toolCalls: [{ id: 'call_1', name: 'note', arguments: { a: 'ü' } }],
  thinking: { text: 'Hm.', signature: 'c2ln' },
};
const tools = [{ name: 'note', description: 'Notes.', parameters: { type: 'object', properties: {} } }];

// Llama is read by the same reader as OpenAI.
const readers = providersUnderTest.filter(({ name }) => name !== 'llama');

describe.each(readers)('a stream that is cut: $name', ({ model, open }) => {
  let server: ScriptedModelServer;
  let whole: ModelReply;
  let stream: Buffer;

  beforeAll(async () => {
    server = await startScriptedModelServer({ answers: [answer] });
    whole = await open(server).complete(requestTo(model, { tools }), options());
    stream = Buffer.from(writeAnswer(server.calls()[0]!, answer).events.join(''));
  });
  afterAll(async () => {
    await server.close();
  });

  /** Where the answer is whole: after the event that carries the reason why it stopped. */
  const wholeFrom = () => {
    const reason = stream.indexOf(
      /"(finish|stop)_reason":"[a-z_]+"|"type":"response.completed"/.exec(stream.toString())![0],
    );
    return stream.indexOf('\n\n', reason);
  };

  test.each([
    { clean: false, every: 1 },
    // The reader sees the same pieces, only without an error behind them.
    { clean: true, every: 7 },
  ])(
    'at any byte (cleanly: $clean) it is the whole answer or a repeatable error',
    async ({ clean, every }) => {
      const provider = open(server);
      let failed = 0;
      const cutAt = async (afterBytes: number) => {
        const callKey = `cut-${clean}-${afterBytes}`;
        server.plan({
          ...answer,
          when: (call) => call.callKey === callKey,
          fault: { kind: 'cut', afterBytes, clean },
        });
        const call = provider.complete(requestTo(model, { tools }), options({ callKey }));
        const result = await call.catch((error: unknown) => ({ error }));
        if ('error' in result) {
          const { kind, retryable } = classifyFailure(result.error);
          expect([afterBytes, kind, retryable]).toEqual([
            afterBytes,
            expect.stringMatching(/^(network|malformed)$/),
            true,
          ]);
          failed += 1;
        } else {
          expect(afterBytes).toBeGreaterThanOrEqual(wholeFrom());
          expect([result.text, result.toolCalls, result.stop]).toEqual([
            whole.text,
            whole.toolCalls,
            whole.stop,
          ]);
        }
      };
      const places = Array.from(
        { length: Math.ceil(stream.length / every) },
        (_each, index) => index * every,
      );
      for (let start = 0; start < places.length; start += 32) {
        await Promise.all(places.slice(start, start + 32).map(cutAt));
      }
      expect(failed).toBeGreaterThanOrEqual(places.filter((place) => place < wholeFrom()).length);
    },
    120_000,
  );

  test('broken JSON in the middle of a stream is malformed, and repeatable', async () => {
    server.plan({ ...answer, fault: { kind: 'malformed', afterEvents: 3 } });
    const error = await open(server)
      .complete(requestTo(model, { tools }), options())
      .catch((each: unknown) => each);
    expect(classifyFailure(error)).toMatchObject({ kind: 'malformed', retryable: true });
  });

  test('an error that the provider sends in the middle of a stream is classified by its own word', async () => {
    for (const [type, kind] of [
      ['overloaded_error', 'overloaded'],
      ['api_error', 'server'],
      ['rate_limit_error', 'rate_limited'],
      ['invalid_request_error', 'bad_request'],
    ]) {
      server.plan({
        ...answer,
        fault: { kind: 'error-event', afterEvents: 3, type: type!, message: 'Sorry.' },
      });
      const error = await open(server)
        .complete(requestTo(model, { tools }), options())
        .catch((each: unknown) => each);
      expect(classifyFailure(error)).toMatchObject({ kind, message: 'Sorry.' });
    }
  });
});
