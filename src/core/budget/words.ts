import type { BudgetScope } from '../../contracts/budget.ts';
import type { Shortage } from './escrow.ts';

const names: Record<BudgetScope, string> = {
  tree: 'The budget of this goal',
  step: 'The budget of this step',
  agent: 'The budget of this agent',
  workspace: 'The workspace’s budget of today',
};

/** Which purse, its limit, what is spent, and what the call needs: for people. */
export function sayShortage({ purse, unit, limit, spent, reserved, need, why }: Shortage): string {
  // Up to the next hundredth of a cent: what is to be added has to be enough.
  const say = (amount: number) =>
    unit === 'money' ? dollars(Math.ceil(amount / 100) * 100) : `${amount.toLocaleString('en-US')} tokens`;
  const call = unit === 'money' ? `may cost ${say(need)}` : `may take ${say(need)}`;
  const name = names[purse.scope];
  if (why === 'busy') {
    return `${name} has no room yet for a call that ${call}: of ${say(limit)}, ${say(spent)} is spent and ${say(reserved)} set aside for calls under way. The task goes on when they are done.`;
  }
  const missing = `Add at least ${say(spent + reserved + need - limit)}, and the task goes on here.`;
  const tomorrow =
    purse.scope === 'workspace' && why === 'spent' ? ' Otherwise it goes on after midnight UTC.' : '';
  if (why === 'tooSmall')
    return `${name}, ${say(limit)}, is too small for a single call: this one ${call} (${say(spent)} is spent). ${missing}`;
  return `${name} is used up: of ${say(limit)}, ${say(spent)} is spent, and the next call ${call}. ${missing}${tomorrow}`;
}

/** Cents where they say enough, up to a hundredth of a cent below a dollar; never rounded down to nothing. */
export function dollars(microUsd: number): string {
  const usd = microUsd / 1e6;
  if (Number.isInteger(microUsd / 10_000)) return `$${usd.toFixed(2)}`;
  if (microUsd % 100 === 0) return `$${usd.toFixed(4)}`;
  return `$${usd.toFixed(6)}`;
}
