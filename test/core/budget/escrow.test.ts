import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Amount,
  type Purse,
  reserveIn,
  settleIn,
  shortageOf,
  warningOf,
  whoLooksAgain,
} from '../../../src/core/budget/escrow.ts';
import { dollars, sayShortage } from '../../../src/core/budget/words.ts';

const empty: Purse = {
  id: 'bud_tree',
  scope: 'tree',
  subjectId: 'tsk_root',
  limitMicroUsd: 5_000_000,
  limitTokens: null,
  spentMicroUsd: 0,
  spentTokens: 0,
  reservedMicroUsd: 0,
  reservedTokens: 0,
  warned: 0,
};

const money = (microUsd: number): Amount => ({ microUsd, tokens: 0 });
const scopes = ['tree', 'agent', 'workspace'] as const;

const limits = fc.record({ usd: fc.option(fc.nat(20_000)), tokens: fc.option(fc.nat(20_000)) });
/** What a call may take, which part of it it takes in the end, and how many others begin before it ends. */
const calls = fc.array(
  fc.record({
    usd: fc.nat(3000),
    tokens: fc.nat(3000),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
    others: fc.nat(8),
  }),
  { maxLength: 60 },
);

describe('escrow', () => {
  test('whatever is reserved and settled in whatever order, no purse overshoots, and in the end it holds what was paid', () => {
    fc.assert(
      fc.property(fc.tuple(limits, limits, limits), calls, (of, asked) => {
        let purses = of.map(
          ({ usd, tokens }, i): Purse => ({
            ...empty,
            id: `bud_${i}`,
            scope: scopes[i] ?? 'tree',
            limitMicroUsd: usd,
            limitTokens: tokens,
          }),
        );
        const open: { reserved: Amount; spent: Amount; after: number }[] = [];
        const paid = { microUsd: 0, tokens: 0 };
        const settle = (all: boolean) => {
          for (const call of open.splice(0)) {
            if (!all && call.after > 0) {
              open.push({ ...call, after: call.after - 1 });
              continue;
            }
            purses = purses.map((purse) => settleIn(purse, call));
            paid.microUsd += call.spent.microUsd;
            paid.tokens += call.spent.tokens;
          }
        };
        for (const { usd, tokens, part, others } of asked) {
          const need = { microUsd: usd, tokens };
          if (!shortageOf(purses, need)) {
            purses = purses.map((purse) => reserveIn(purse, need));
            open.push({
              reserved: need,
              spent: { microUsd: Math.ceil(usd * part), tokens: Math.ceil(tokens * part) },
              after: others,
            });
          }
          for (const purse of purses) expect(keeps(purse)).toBe(true);
          settle(false);
        }
        settle(true);
        for (const purse of purses) {
          expect(keeps(purse)).toBe(true);
          expect(purse).toMatchObject({
            reservedMicroUsd: 0,
            reservedTokens: 0,
            spentMicroUsd: paid.microUsd,
            spentTokens: paid.tokens,
          });
        }
      }),
    );
  });

  test('who is called has room together with all who are called before', () => {
    const waiters = fc.array(fc.record({ usd: fc.nat(3000), tokens: fc.nat(3000), both: fc.boolean() }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(limits, limits, waiters, (one, other, asked) => {
        let purses = [one, other].map(
          ({ usd, tokens }, i): Purse => ({
            ...empty,
            id: `bud_${i}`,
            limitMicroUsd: usd,
            limitTokens: tokens,
          }),
        );
        const called = whoLooksAgain(
          purses,
          asked.map(({ usd, tokens, both }) => ({
            need: { microUsd: usd, tokens },
            purseIds: both ? ['bud_0', 'bud_1'] : ['bud_0'],
            busy: false,
          })),
        );
        for (const { need, purseIds } of called) {
          purses = purses.map((purse) => (purseIds.includes(purse.id) ? reserveIn(purse, need) : purse));
          for (const purse of purses) expect(keeps(purse)).toBe(true);
        }
      }),
    );
  });

  test('says why: calls under way, too little left, or never enough', () => {
    const purse = { ...empty, spentMicroUsd: 2_000_000, reservedMicroUsd: 2_000_000 };
    expect(shortageOf([purse], money(1_000_000))).toBeNull();
    expect(shortageOf([purse], money(3_000_000))?.why).toBe('busy');
    expect(shortageOf([purse], money(3_000_001))?.why).toBe('spent');
    expect(shortageOf([purse], money(5_000_001))?.why).toBe('tooSmall');
    const other = { ...empty, id: 'bud_day', scope: 'workspace' as const, spentMicroUsd: 4_999_999 };
    expect(shortageOf([purse, other], money(3_000_000))).toMatchObject({
      purse: { id: 'bud_day' },
      why: 'spent',
    });
  });

  test('a call without a known price is held by tokens alone, even when the money is spent', () => {
    const purse = { ...empty, spentMicroUsd: 6_000_000, limitTokens: 100 };
    expect(shortageOf([purse], { microUsd: 0, tokens: 100 })).toBeNull();
    expect(shortageOf([purse], { microUsd: 0, tokens: 101 })).toMatchObject({
      unit: 'tokens',
      why: 'tooSmall',
    });
  });

  test('warns at 50, 80 and 100 percent of money or tokens, whichever is further', () => {
    const at = (microUsd: number) => warningOf({ ...empty, spentMicroUsd: microUsd });
    expect([0, 2_499_999, 2_500_000, 3_999_999, 4_000_000, 5_000_000, 9_000_000].map(at)).toEqual([
      0, 0, 50, 50, 80, 100, 100,
    ]);
    expect(warningOf({ ...empty, spentMicroUsd: 10, limitTokens: 10, spentTokens: 8 })).toBe(80);
    expect(warningOf({ ...empty, limitMicroUsd: null })).toBe(0);
  });

  test('says in words which purse, its limit, what is spent and what the call needs', () => {
    const say = (purse: Purse, need: Amount) => {
      const short = shortageOf([purse], need);
      return short ? sayShortage(short) : '';
    };
    expect(say({ ...empty, spentMicroUsd: 4_980_000 }, money(84_900))).toBe(
      'The budget of this goal is used up: of $5.00, $4.98 is spent, and the next call may cost $0.0849. Add at least $0.0649, and the task goes on here.',
    );
    expect(say({ ...empty, scope: 'workspace', spentMicroUsd: 4_980_000 }, money(84_900))).toContain(
      'Otherwise it goes on after midnight UTC.',
    );
    expect(
      say({ ...empty, limitMicroUsd: null, limitTokens: 1000 }, { microUsd: 9, tokens: 4096 }),
    ).toContain('1,000 tokens, is too small for a single call: this one may take 4,096 tokens');
    expect([0, 1, 123_400, 10_000].map(dollars)).toEqual(['$0.00', '$0.000001', '$0.1234', '$0.01']);
  });
});

function keeps(purse: Purse): boolean {
  const under = (sum: number, limit: number | null) => limit === null || sum <= limit || sum === 0;
  return (
    under(purse.spentMicroUsd + purse.reservedMicroUsd, purse.limitMicroUsd) &&
    under(purse.spentTokens + purse.reservedTokens, purse.limitTokens)
  );
}
