/**
 * Escrow: the most that a call can cost is set aside in every purse that it concerns before it is made, and settled with the real figures
 * after. Pure arithmetic in whole micro-dollars and tokens.
 *
 * 1. A purse may limit money, tokens, or both; what has no limit has room.
 * 2. What a call does not need is not asked for: a model without a known price needs tokens and no money.
 * 3. spent + reserved never grows past the limit by a reservation.
 */
import type { BudgetScope } from '../../contracts/budget.ts';

export interface Amount {
  microUsd: number;
  tokens: number;
}

export interface Purse {
  id: string;
  scope: BudgetScope;
  /** The root task, the agent, or the workspace. */
  subjectId: string;
  /** With what was added to it; null = no limit. */
  limitMicroUsd: number | null;
  limitTokens: number | null;
  spentMicroUsd: number;
  spentTokens: number;
  reservedMicroUsd: number;
  reservedTokens: number;
  /** The highest part of the limit, in percent, that was told. */
  warned: number;
}

export interface Shortage {
  purse: Purse;
  unit: 'money' | 'tokens';
  limit: number;
  spent: number;
  reserved: number;
  need: number;
  /** `busy`: only calls under way stand in the way. `spent`: too little is left. `tooSmall`: it never was enough for one such call. */
  why: 'busy' | 'spent' | 'tooSmall';
}

/** Why a call does not fit: what no settlement can mend comes before what one can. Null when it fits. */
export function shortageOf(purses: readonly Purse[], need: Amount): Shortage | null {
  const short = purses.flatMap((purse) => shortagesIn(purse, need));
  return short.find(({ why }) => why !== 'busy') ?? short[0] ?? null;
}

function shortagesIn(purse: Purse, need: Amount): Shortage[] {
  const sides = [
    {
      unit: 'money' as const,
      limit: purse.limitMicroUsd,
      spent: purse.spentMicroUsd,
      reserved: purse.reservedMicroUsd,
      need: need.microUsd,
    },
    {
      unit: 'tokens' as const,
      limit: purse.limitTokens,
      spent: purse.spentTokens,
      reserved: purse.reservedTokens,
      need: need.tokens,
    },
  ];
  return sides.flatMap(({ limit, ...side }): Shortage[] => {
    if (limit === null || side.need === 0 || side.spent + side.reserved + side.need <= limit) return [];
    const why = side.need > limit ? 'tooSmall' : side.spent + side.need > limit ? 'spent' : 'busy';
    return [{ purse, limit, ...side, why }];
  });
}

export function reserveIn(purse: Purse, need: Amount): Purse {
  return {
    ...purse,
    reservedMicroUsd: purse.reservedMicroUsd + need.microUsd,
    reservedTokens: purse.reservedTokens + need.tokens,
  };
}

export function plus(one: Amount, other: Amount): Amount {
  return { microUsd: one.microUsd + other.microUsd, tokens: one.tokens + other.tokens };
}

/** What was set aside goes back, what was really paid is booked. Either may be a correction below nought; a sum never is. */
export function settleIn(purse: Purse, { reserved, spent }: { reserved: Amount; spent: Amount }): Purse {
  return {
    ...purse,
    reservedMicroUsd: Math.max(0, purse.reservedMicroUsd - reserved.microUsd),
    reservedTokens: Math.max(0, purse.reservedTokens - reserved.tokens),
    spentMicroUsd: Math.max(0, purse.spentMicroUsd + spent.microUsd),
    spentTokens: Math.max(0, purse.spentTokens + spent.tokens),
  };
}

/** In percent of the limit. */
export const warnings = [100, 80, 50];

/** The highest warning that what is spent has reached; 0 for none. */
export function warningOf(purse: Purse): number {
  const used = Math.max(
    partOf(purse.spentMicroUsd, purse.limitMicroUsd),
    partOf(purse.spentTokens, purse.limitTokens),
  );
  return warnings.find((percent) => used >= percent) ?? 0;
}

function partOf(spent: number, limit: number | null): number {
  if (limit === null || spent === 0) return 0;
  return limit === 0 ? 100 : (spent * 100) / limit;
}

export interface Waiter {
  need: Amount;
  /** Ids of the purses that it needs. */
  purseIds: readonly string[];
  /** It waits for calls under way, and was told so. */
  busy: boolean;
}

/**
 * Who is asked to look again, of waiters in order of age: those for whom there is room after those before them have taken theirs, and those who
 * wait for calls under way though these no longer stand in the way, so that they say what is missing.
 */
export function whoLooksAgain<Each extends Waiter>(
  purses: readonly Purse[],
  waiters: readonly Each[],
): Each[] {
  const now = new Map(purses.map((purse) => [purse.id, purse]));
  return waiters.filter(({ need, purseIds, busy }) => {
    const own = purseIds.flatMap((id) => now.get(id) ?? []);
    const short = shortageOf(own, need);
    if (short) return busy && short.why !== 'busy';
    for (const purse of own) now.set(purse.id, reserveIn(purse, need));
    return true;
  });
}
