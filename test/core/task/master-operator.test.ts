import { describe, expect, test } from '@jest/globals';
import { nextTaskMove } from '../../../src/core/task/next-move.ts';
import { effect, reply, said, scorer, working, writer } from './snapshots.ts';

const schema = { type: 'object', required: ['price'], properties: { price: { type: 'number' } } };
const tool = (changes: Parameters<typeof effect>[0] = {}) =>
  effect({ kind: 'tool', purpose: 'search_files', turn: 2, ...changes });

describe('the first turn', () => {
  test('a model that can write works on it', () => {
    expect(nextTaskMove(working({ models: [writer] }))).toEqual({
      move: 'call',
      turn: 1,
      effects: [{ kind: 'model', purpose: 'work' }],
    });
  });

  test('with a model that can only score, a step does its method', () => {
    const quote = { method: { name: 'quote', about: 'risks' } } as const;
    const rank = { method: { name: 'rank', about: null } } as const;
    expect(nextTaskMove(working({ models: [scorer], task: quote }))).toMatchObject({
      effects: [{ kind: 'model', purpose: 'method:quote' }],
    });
    expect(nextTaskMove(working({ models: [scorer], task: rank }))).toMatchObject({
      effects: [{ kind: 'tool', purpose: 'method:rank' }],
    });
  });

  test('a step without a method waits until a model that can write is there', () => {
    expect(nextTaskMove(working({ models: [scorer] }))).toMatchObject({ move: 'wait', for: 'model' });
  });
});

describe('after a reply', () => {
  test('text is the result', () => {
    expect(nextTaskMove(working({ effects: [said('The second.')] }))).toEqual({
      move: 'complete',
      result: { markdown: 'The second.' },
    });
  });

  test('tool calls are made side by side in the next turn, and a turn of the model follows', () => {
    const calls = ['a', 'b'].map((id) => ({ id, name: 'search_files', arguments: '{}' }));
    const asked = effect({ outcome: reply('', { toolCalls: calls, stop: 'tools' }) });
    const move = nextTaskMove(working({ effects: [asked] }));
    expect(move).toMatchObject({ move: 'call', turn: 2 });
    expect((move as { effects: unknown[] }).effects).toHaveLength(2);
    expect(nextTaskMove(working({ effects: [asked, tool()] }))).toEqual({
      move: 'call',
      turn: 3,
      effects: [{ kind: 'model', purpose: 'work', input: { goesOn: true } }],
    });
  });

  test.each(['summarise', 'judge', 'hear', 'work', 'method:quote'])(
    'a tool that a model makes up under a name of ours, %s, is the model’s to see, too',
    (purpose) => {
      const asked = effect({
        outcome: reply('', { toolCalls: [{ id: 'a', name: purpose, arguments: '{}' }] }),
      });
      const told = tool({ purpose, input: { callId: 'a' }, outcome: { text: 'There is no such tool.' } });
      expect(nextTaskMove(working({ effects: [asked, told] }))).toMatchObject({
        move: 'call',
        turn: 3,
        effects: [{ kind: 'model', purpose: 'work' }],
      });
    },
  );

  test('a tool that failed is the model’s to see, not the end', () => {
    const lost = tool({ status: 'failed', error: { code: 'unavailable', message: 'Away.' } });
    expect(
      nextTaskMove(
        working({
          effects: [
            said('', { outcome: reply('', { toolCalls: [{ id: 'a', name: 'x', arguments: '{}' }] }) }),
            lost,
          ],
        }),
      ),
    ).toMatchObject({ move: 'call', turn: 3 });
  });

  test.each([['a refusal', { stop: 'refused' }, 'model_refused']] as const)(
    '%s ends the attempt',
    (_, rest, code) => {
      expect(nextTaskMove(working({ effects: [effect({ outcome: reply('half', rest) })] }))).toMatchObject({
        move: 'endAttempt',
        error: { code },
      });
    },
  );

  test('a call that failed for good ends the attempt with its reason', () => {
    const error = { code: 'model_failed', message: 'Wrong key.' };
    expect(nextTaskMove(working({ effects: [effect({ status: 'failed', error })] }))).toEqual({
      move: 'endAttempt',
      error,
    });
  });
});

describe('an output schema', () => {
  const broken = said('{"price":"cheap"}');

  test('an answer of blanks without end is no JSON, and is soon known for it', () => {
    const effects = [said(`{${' '.repeat(300_000)}x`)];
    expect(nextTaskMove(working({ task: { outputSchema: schema }, effects }))).toMatchObject({
      move: 'call',
      effects: [{ input: { repair: expect.stringContaining('not JSON') } }],
    });
  });

  test('an answer that fits it completes, in a code fence too', () => {
    const move = nextTaskMove(
      working({ task: { outputSchema: schema }, effects: [said('```json\n{"price":3}\n```')] }),
    );
    expect(move).toMatchObject({ move: 'complete', result: { data: { price: 3 } } });
  });

  test.each([
    ['that is no JSON', 'cheap'],
    ['that breaks it', '{"price":"cheap"}'],
    ['that is empty', ' '],
    ['that no store can keep', '{"price":3,"note":"\\u0000\\ud800"}'],
  ])('an answer %s is repaired once', (_, text) => {
    const move = nextTaskMove(working({ task: { outputSchema: schema }, effects: [said(text)] }));
    expect(move).toMatchObject({
      move: 'call',
      turn: 2,
      effects: [{ purpose: 'work', input: { repair: expect.any(String) } }],
    });
  });

  test('the second broken answer ends the attempt, so that another agent tries', () => {
    const again = said('{"price":"cheap"}', { turn: 2, input: { repair: 'It breaks the schema.' } });
    const move = nextTaskMove(working({ task: { outputSchema: schema }, effects: [broken, again] }));
    expect(move).toMatchObject({
      move: 'endAttempt',
      error: { code: 'invalid_output', message: expect.stringContaining('/price') },
    });
  });
});

describe('a method', () => {
  test('completes with what it brought, and ends the attempt when it failed', () => {
    const done = effect({
      kind: 'tool',
      purpose: 'method:rank',
      outcome: { markdown: '1. Fire', data: [1] },
    });
    expect(nextTaskMove(working({ effects: [done] }))).toEqual({
      move: 'complete',
      result: { markdown: '1. Fire', data: [1] },
    });
    expect(nextTaskMove(working({ effects: [{ ...done, status: 'failed' }] }))).toMatchObject({
      move: 'endAttempt',
      error: { code: 'step_failed' },
    });
  });
});
