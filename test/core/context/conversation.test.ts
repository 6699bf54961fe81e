import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type ConversationParts,
  type Entry,
  packConversation,
} from '../../../src/core/context/conversation.ts';

/** A beginning, then turns of an answer with some results each. */
function talk(turns: { answer: number; results: number[] }[], opening = 100): Entry[] {
  const entries: Entry[] = [{ seq: 1, role: 'user', tokens: opening, least: opening }];
  for (const { answer, results } of turns) {
    entries.push({ seq: entries.length + 1, role: 'assistant', tokens: answer });
    for (const tokens of results) entries.push({ seq: entries.length + 1, role: 'tool', tokens });
  }
  return entries;
}
const parts = (
  entries: Entry[],
  room: number,
  summary: ConversationParts['summary'] = null,
): ConversationParts => ({
  room,
  frame: [{ id: 'system', tokens: 50 }],
  entries,
  summary,
});
const seqs = (ranges: { from: number; to: number }[]) =>
  ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_each, n) => from + n));

describe('a conversation', () => {
  test('that fits is sent as it is, with the summary that it has', () => {
    const entries = talk([{ answer: 50, results: [50] }]);
    const packed = packConversation(parts(entries, 500, { from: 2, to: 9, tokens: 80 }));
    expect(packed).toMatchObject({ fits: true, total: 330, fallen: null, showsSummary: true, left: [] });
    expect(packed.kept.map(({ id }) => id)).toEqual(['system', 'entry 1', 'summary', 'entry 2', 'entry 3']);
  });

  test('that does not fit loses its oldest turns, and has room to grow afterwards', () => {
    const entries = talk(Array.from({ length: 20 }, () => ({ answer: 40, results: [10] })));
    const packed = packConversation(parts(entries, 900));
    expect(packed.fits).toBe(true);
    expect(packed.fallen).toMatchObject({ from: 2 });
    expect(packed.total).toBeLessThan(900 * 0.6);
    expect(seqs(packed.ranges)).toContain(1);
    expect(seqs(packed.ranges)).toContain(41);
    expect(packed.left[0]?.why).toContain('the summary tells of them');
  });

  test('whose last results are too long shows heads of them before it cuts its beginning', () => {
    const packed = packConversation(parts(talk([{ answer: 20, results: [5_000, 40] }], 400), 1_000));
    expect(packed).toMatchObject({ fits: true, fallen: null });
    expect(packed.cut.map(({ seq }) => seq)).toEqual([3]);
  });

  test('whose beginning alone is too long does not fit', () => {
    expect(packConversation(parts(talk([], 2_000), 1_000))).toMatchObject({ fits: false, needs: 2_050 });
  });

  test('however it is packed: it keeps to its room, and an answer stands with all its results or not at all', () => {
    const turn = fc.record({
      answer: fc.integer({ min: 1, max: 200 }),
      results: fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 30 }), fc.integer({ min: 400, max: 8_000 }), (turns, room) => {
        const entries = talk(turns);
        const packed = packConversation(parts(entries, room));
        if (!packed.fits) return;
        expect(packed.total).toBeLessThanOrEqual(room);
        const there = new Set([...seqs(packed.ranges), ...packed.cut.map(({ seq }) => seq)]);
        const gone = packed.fallen ? seqs([packed.fallen]) : [];
        expect([...there, ...gone].sort((a, b) => a - b)).toEqual(entries.map(({ seq }) => seq));
        entries.forEach(({ role, seq }) => {
          if (role === 'tool') expect(there.has(seq)).toBe(there.has(seq - 1));
        });
      }),
    );
  });
});
