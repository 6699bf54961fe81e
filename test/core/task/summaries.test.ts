import { describe, expect, test } from '@jest/globals';
import { nextTaskMove } from '../../../src/core/task/next-move.ts';
import { attempt, effect, reply, said, scorer, working } from './snapshots.ts';

const full = { total: 700, since: 100, room: 1_000 };
const asked = effect({
  outcome: reply('', { toolCalls: [{ id: 'a', name: 'search_files', arguments: '{}' }], stop: 'tools' }),
});
const found = effect({ kind: 'tool', purpose: 'search_files', turn: 2, outcome: { text: 'Found.' } });
const summary = (changes: Parameters<typeof effect>[0] = {}) =>
  said('So far.', { purpose: 'summarise', turn: 3, ...changes });
const work = { kind: 'model', purpose: 'work' };

describe('a window that is nearly full', () => {
  test('is made room in before the next turn of the model, never before its tools', () => {
    expect(nextTaskMove(working({ effects: [asked, found], context: full }))).toEqual({
      move: 'call',
      turn: 3,
      effects: [{ kind: 'model', purpose: 'summarise' }],
    });
    expect(nextTaskMove(working({ effects: [asked], context: full }))).toMatchObject({
      effects: [{ kind: 'tool', purpose: 'search_files' }],
    });
  });

  test('is left as it is while there is room', () => {
    const context = { total: 600, since: 100, room: 1_000 };
    expect(nextTaskMove(working({ effects: [asked, found], context }))).toMatchObject({ effects: [work] });
  });

  test('is left as it is where no model can summarise', () => {
    const snapshot = working({ effects: [asked, found], context: full, models: [scorer] });
    expect(nextTaskMove(snapshot)).toMatchObject({ effects: [work] });
  });

  test('the work goes on after the summary, under a number of its own', () => {
    expect(nextTaskMove(working({ effects: [asked, found, summary()], context: full }))).toMatchObject({
      move: 'call',
      turn: 4,
      effects: [work],
    });
  });

  test('a summary that fails stops nothing', () => {
    const failed = summary({
      status: 'failed',
      outcome: null,
      error: { code: 'model_failed', message: 'No.' },
    });
    expect(nextTaskMove(working({ effects: [asked, found, failed], context: full }))).toMatchObject({
      turn: 4,
      effects: [work],
    });
  });

  test('a summary is none of the agent’s turns', () => {
    const effects = [asked, found, summary()];
    const current = attempt('master_operator', 1, { maxTurns: 2 });
    expect(nextTaskMove(working({ effects, context: full, current }))).toMatchObject({ effects: [work] });
  });
});

describe('an answer that was cut off', () => {
  const cut = effect({ outcome: reply('Half and ', { stop: 'length' }) });
  const more = (text: string, stop: 'end' | 'length') =>
    effect({ turn: 2, input: { more: true, repair: 'Go on.' }, outcome: reply(text, { stop }) });

  test('goes on with more room, once', () => {
    expect(nextTaskMove(working({ effects: [cut] }))).toMatchObject({
      move: 'call',
      effects: [{ ...work, input: { more: true } }],
    });
    expect(nextTaskMove(working({ effects: [cut, more('still', 'length')] }))).toMatchObject({
      move: 'endAttempt',
      error: { code: 'answer_over_limit' },
    });
  });

  test('is put together', () => {
    expect(nextTaskMove(working({ effects: [cut, more('the rest.', 'end')] }))).toEqual({
      move: 'complete',
      result: { markdown: 'Half and the rest.' },
    });
  });

  test('may be repaired afterwards all the same', () => {
    const outputSchema = { type: 'object', required: ['price'] };
    const broken = working({ effects: [cut, more('no JSON', 'end')], task: { outputSchema } });
    expect(nextTaskMove(broken)).toMatchObject({ move: 'call', effects: [work] });
  });
});
