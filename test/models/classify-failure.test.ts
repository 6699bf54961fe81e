import { describe, expect, test } from '@jest/globals';
import { classifyFailure, retryAfterMs } from '../../src/models/classify-failure.ts';
import { ModelFault } from '../../src/models/model-fault.ts';
import type { Fault } from '../support/scripted-model-server/script.ts';
import { startScriptedModelServer } from '../support/scripted-model-server/server.ts';
import { failureOf, options, providersUnderTest, requestTo } from './providers.ts';

type Row = [name: string, fault: Omit<Extract<Fault, { kind: 'status' }>, 'kind'>, expected: object];

// What both providers send, as far as they are documented; the errors are the SDKs' own, made by real answers.
const rows: Row[] = [
  ['a wrong key', { status: 401 }, { kind: 'auth', retryable: false }],
  ['a forbidden model', { status: 403 }, { kind: 'auth', retryable: false }],
  ['a bad request', { status: 400 }, { kind: 'bad_request', retryable: false }],
  ['an unknown model', { status: 404 }, { kind: 'bad_request', retryable: false }],
  ['an unprocessable request', { status: 422 }, { kind: 'bad_request', retryable: false }],
  [
    'a rate limit without a word on when',
    { status: 429 },
    { kind: 'rate_limited', retryable: true, retryAfterMs: null },
  ],
  [
    'a rate limit with seconds',
    { status: 429, headers: { 'retry-after': '7' } },
    { kind: 'rate_limited', retryable: true, retryAfterMs: 7000 },
  ],
  [
    'a rate limit with milliseconds',
    { status: 429, headers: { 'retry-after-ms': '250', 'retry-after': '1' } },
    { kind: 'rate_limited', retryable: true, retryAfterMs: 250 },
  ],
  [
    'a spent quota',
    { status: 429, type: 'insufficient_quota', code: 'insufficient_quota' },
    { kind: 'quota', retryable: false, retryAfterMs: null },
  ],
  [
    'a spent quota with a retry-after',
    { status: 429, type: 'insufficient_quota', headers: { 'retry-after': '1' } },
    { kind: 'quota', retryable: false, retryAfterMs: null },
  ],
  ['a bill that is not paid', { status: 402 }, { kind: 'quota', retryable: false }],
  [
    'a low credit balance',
    { status: 400, message: 'Your credit balance is too low to access the API.' },
    { kind: 'quota', retryable: false },
  ],
  [
    'a prompt over the window, by code',
    {
      status: 400,
      code: 'context_length_exceeded',
      type: 'invalid_request_error',
      message: 'This is too much.',
    },
    { kind: 'context_too_long', retryable: false },
  ],
  [
    'a prompt over the window, by sentence',
    { status: 400, message: 'prompt is too long: 210000 tokens > 200000 maximum' },
    { kind: 'context_too_long', retryable: false },
  ],
  ['a request that is too large', { status: 413 }, { kind: 'context_too_long', retryable: false }],
  ['a server error', { status: 500 }, { kind: 'server', retryable: true }],
  [
    'a bad gateway that answers HTML',
    { status: 502, body: '<html>Bad gateway</html>' },
    { kind: 'server', retryable: true },
  ],
  [
    'an unavailable server',
    { status: 503, headers: { 'retry-after': '2' } },
    { kind: 'overloaded', retryable: true, retryAfterMs: 2000 },
  ],
  ['a gateway timeout', { status: 504 }, { kind: 'timeout', retryable: true }],
  ['a request timeout', { status: 408 }, { kind: 'timeout', retryable: true }],
  ['an overloaded provider', { status: 529 }, { kind: 'overloaded', retryable: true }],
  [
    'a server error that quotes a prompt',
    { status: 500, message: 'maximum context length' },
    { kind: 'server', retryable: true },
  ],
  [
    'a provider that says not to try again',
    { status: 500, headers: { 'x-should-retry': 'false' } },
    { kind: 'server', retryable: false },
  ],
];

describe.each(providersUnderTest)('the failures of $name are classified', ({ model, open }) => {
  test.each(rows)('%s', async (_name, fault, expected) => {
    const server = await startScriptedModelServer({ answers: [{ fault: { kind: 'status', ...fault } }] });
    const error = await failureOf(open(server).complete(requestTo(model), options()));
    await server.close();
    expect(classifyFailure(error)).toMatchObject(expected);
    expect(classifyFailure(error).message).not.toBe('');
    server.assertDone();
  });

  test('a server that is not there is the network, and cannot have been paid', async () => {
    const server = await startScriptedModelServer({});
    await server.close();
    const error = await failureOf(open(server).complete(requestTo(model), options()));
    expect(classifyFailure(error)).toMatchObject({ kind: 'network', retryable: true, sent: false });
  });
});

describe('failures that no provider reported', () => {
  test.each([
    [new ModelFault('stalled', 'Silence.'), { kind: 'stalled', retryable: true }],
    [new ModelFault('aborted', 'Cancelled.'), { kind: 'aborted', retryable: false }],
    [new ModelFault('malformed', 'What?'), { kind: 'malformed', retryable: true }],
    [new ModelFault('bad_request', 'No.'), { kind: 'bad_request', retryable: false }],
    [
      new TypeError('terminated', {
        cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }),
      }),
      { kind: 'network', retryable: true, sent: true },
    ],
    [
      new TypeError('fetch failed', {
        cause: Object.assign(new Error(), { code: 'UND_ERR_HEADERS_TIMEOUT' }),
      }),
      { kind: 'timeout', retryable: true },
    ],
    [new DOMException('The operation was aborted.', 'AbortError'), { kind: 'aborted', retryable: false }],
    [new DOMException('The operation timed out.', 'TimeoutError'), { kind: 'timeout', retryable: true }],
    [new SyntaxError('Unexpected token'), { kind: 'malformed', retryable: true }],
    [new TypeError('x is not a function'), { kind: 'unknown', retryable: false }],
    ['a text', { kind: 'unknown', retryable: false, message: 'a text' }],
    // What PostgreSQL cannot keep is left out.
    ['a \0text\ud800', { kind: 'unknown', message: 'a text\ufffd' }],
    [undefined, { kind: 'unknown', retryable: false }],
  ])('%p', (error, expected) => {
    expect(classifyFailure(error)).toMatchObject(expected);
  });
});

describe('retry-after', () => {
  const now = Date.parse('2026-11-22T10:00:00Z');
  test.each([
    [{ 'retry-after': '1.5' }, 1500],
    [{ 'retry-after': 'Sun, 22 Nov 2026 10:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 09:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '12.2' }, 13],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '' }, null],
    [{}, null],
  ])('%p', (headers, expected) => {
    expect(retryAfterMs(new Headers(headers), now)).toBe(expected);
    expect(retryAfterMs(headers, now)).toBe(expected);
  });
});
