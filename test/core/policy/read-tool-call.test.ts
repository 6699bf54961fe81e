import { describe, expect, test } from '@jest/globals';
import type { ToolCard } from '../../../src/contracts/tool-card.ts';
import { readToolCall } from '../../../src/core/policy/read-tool-call.ts';

const card = (name: string): ToolCard => ({
  name,
  description: name,
  parameters: {
    type: 'object',
    properties: { to: { type: 'string' }, amount: { type: 'integer', minimum: 1 } },
    required: ['to', 'amount'],
    additionalProperties: false,
  },
  risk: 'low',
  effect: 'none',
  timeoutMs: 1000,
});
const tools = [card('pay'), card('secret')];
const read = (name: string, text: string) => readToolCall(tools, { name, arguments: text }, ['pay']);

describe('a tool call as a model wrote it', () => {
  test('is told every problem of its arguments at once, with their places', () => {
    expect(read('pay', '{"to":1,"amount":0,"more":true}')).toEqual({
      problem: expect.stringMatching(
        /^The arguments of "pay" are wrong:\n(?=.*\/to: )(?=[^]*\/amount: )(?=[^]*\/more: )/,
      ),
    });
  });

  test('is told of text that cannot be stored: NUL characters and halves of surrogate pairs', () => {
    for (const to of ['a\u0000', '\ud800b'])
      expect(read('pay', JSON.stringify({ to, amount: 1 }))).toEqual({
        problem: expect.stringContaining('/to: Contains a NUL character'),
      });
  });

  test('is told of broken JSON, and of what is no object', () => {
    for (const text of ['{', '[]', 'null', '"x"'])
      expect(read('pay', text)).toEqual({ problem: 'The arguments of "pay" are not a JSON object.' });
  });

  test('hears of an unknown tool which ones it may use, and of no other', () => {
    expect(read('nothing', '{}')).toEqual({ problem: 'There is no tool "nothing". There are: pay.' });
  });

  test('of a tool that is not allowed tells nothing of its arguments', () => {
    expect(read('secret', '{"wrong":1}')).toEqual({ tool: tools[1], args: {} });
  });
});
