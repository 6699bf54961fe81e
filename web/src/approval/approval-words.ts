import type { Approval } from '../../../src/contracts/approval.ts';
import type { AnyStatus } from '../words/status-words.ts';
import { clock } from '../words/format.ts';

export function hasExpired({ expiresAt }: Pick<Approval, 'expiresAt'>, now: number): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= now;
}

/** `54m`, `2h`, and in the last minute `41s`; null when there is none left. */
export function timeLeft(expiresAt: string, now: number): string | null {
  const seconds = Math.ceil((Date.parse(expiresAt) - now) / 1000);
  if (seconds <= 0) return null;
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 100) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
}

interface Decision {
  icon: AnyStatus;
  verb: string;
  what: string;
  about: string;
}

/** The card of a decided approval: what became of it, by whom and when, and the note in their words. */
export function decidedWords(approval: Approval, me: string | undefined): Decision {
  const { status, decidedAt, decidedBy, note, spentAt, title } = approval;
  const at = decidedAt === null ? '' : clock(decidedAt);
  if (status === 'expired') {
    return {
      icon: 'cancelled',
      verb: 'Expired',
      what: title,
      about: parts(`${at}, counts as denied`, note ?? 'Nobody decided in time'),
    };
  }
  const who = decidedBy !== null && decidedBy === me ? 'You' : 'Another person';
  const quoted = note === null ? '' : `“${note}”`;
  if (approval.kind === 'uncertain')
    return { ...foundWords(approval), about: parts(`${who}, ${at}`, quoted) };
  if (status === 'denied')
    return { icon: 'failed', verb: 'Denied', what: title, about: parts(`${who}, ${at}`, quoted) };
  const spent = spentAt === null ? 'the run goes on' : `grant spent ${clock(spentAt)}`;
  return { icon: 'completed', verb: 'Approved', what: title, about: parts(`${who}, ${at}`, quoted, spent) };
}

/** What was found out about a call that broke off, or what was to become of it. */
function foundWords({ status, happened, tool }: Approval): Omit<Decision, 'about'> {
  const what = `The call of ${tool ?? 'a tool'}`;
  if (status === 'approved') return { icon: 'completed', verb: 'Tried again:', what };
  if (happened === null) return { icon: 'cancelled', verb: 'Not repeated:', what };
  return happened
    ? { icon: 'completed', verb: 'It happened:', what }
    : { icon: 'cancelled', verb: 'It did not happen:', what };
}

function parts(...texts: string[]): string {
  return texts.filter((text) => text !== '').join(' · ');
}
