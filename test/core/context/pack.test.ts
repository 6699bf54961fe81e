import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pack, type Part } from '../../../src/core/context/pack.ts';
import { promptRoom, windowFor } from '../../../src/core/context/room.ts';
import { planner } from '../task/snapshots.ts';

const kept = (parts: Part[], room: number) =>
  Object.fromEntries(pack(parts, room).kept.map(({ id, tokens }) => [id, tokens]));

describe('packing', () => {
  test('keeps all when all fits, in the order in which it was given', () => {
    const parts = [
      { id: 'b', tokens: 3, rank: 2 },
      { id: 'a', tokens: 3, rank: 1 },
    ];
    expect(pack(parts, 6)).toMatchObject({ fits: true, total: 6, left: [] });
    expect(pack(parts, 6).kept.map(({ id }) => id)).toEqual(['b', 'a']);
  });

  test('leaves out the higher ranks first and says why', () => {
    const parts = [
      { id: 'must', tokens: 5, rank: 0 },
      { id: 'last', tokens: 4, rank: 2 },
      { id: 'next', tokens: 4, rank: 1 },
    ];
    const packing = pack(parts, 10);
    expect(packing.kept.map(({ id }) => id)).toEqual(['must', 'next']);
    expect(packing.left).toEqual([{ id: 'last', tokens: 4, why: 'needs 4 tokens, 1 were free' }]);
  });

  test('of one rank a small part is not cut because another is large', () => {
    const parts = [
      { id: 'large', tokens: 1_000, rank: 1, least: 10 },
      { id: 'small', tokens: 20, rank: 1, least: 10 },
    ];
    expect(kept(parts, 100)).toEqual({ large: 80, small: 20 });
  });

  test('nothing is kept behind a gap in a chain', () => {
    const chain = [3, 2, 1].map((rank) => ({
      id: `t${rank}`,
      tokens: rank === 2 ? 50 : 2,
      rank,
      chain: true,
    }));
    const packing = pack(chain, 10);
    expect(packing.kept.map(({ id }) => id)).toEqual(['t1']);
    expect(packing.left.map(({ id }) => id)).toEqual(['t2', 't3']);
  });

  test('what has to be there and does not fit is no fit, and says what it needs', () => {
    expect(pack([{ id: 'goal', tokens: 50, rank: 0, least: 40 }], 30)).toMatchObject({
      fits: false,
      needs: 40,
    });
  });

  test('never gives out more than there is, never less than the least, and accounts for every part', () => {
    const part = fc.record({
      tokens: fc.nat(2_000),
      rank: fc.nat(4),
      least: fc.option(fc.nat(300), { nil: undefined }),
      chain: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), fc.nat(6_000), (some, room) => {
        const parts = some.map(
          ({ least, ...rest }, n): Part => ({
            id: `p${n}`,
            ...rest,
            ...(least === undefined ? {} : { least }),
          }),
        );
        const { kept: there, left, total } = pack(parts, room);
        expect(there.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(total);
        expect(total).toBeLessThanOrEqual(room);
        expect([...there, ...left].map(({ id }) => id).sort()).toEqual(parts.map(({ id }) => id).sort());
        for (const { id, tokens, cut } of there) {
          const whole = parts.find((each) => each.id === id)!;
          expect(tokens).toBeLessThanOrEqual(whole.tokens);
          expect(tokens).toBeGreaterThanOrEqual(Math.min(whole.tokens, whole.least ?? whole.tokens));
          expect(cut).toBe(tokens < whole.tokens);
        }
      }),
    );
  });
});

test('the smallest window for a prompt has room for it, and one that has no room is smaller', () => {
  fc.assert(
    fc.property(
      fc.record({ prompt: fc.nat(2_000_000), window: fc.integer({ min: 256, max: 4_000_000 }) }),
      fc.constantFrom(1, 0.6),
      ({ prompt, window }, share) => {
        const output = Math.floor(window * 0.1);
        const room = (contextTokens: number) => promptRoom({ ...planner, contextTokens }, output, share);
        const smallest = windowFor(prompt, output, share);
        expect(room(smallest)).toBeGreaterThanOrEqual(prompt);
        if (room(window) < prompt) expect(smallest).toBeGreaterThan(window);
      },
    ),
  );
});
