/** What tries may cost is set aside by one statement for all of a transaction, as its last act: everybody in the workspace wants the purses' rows. */
import type { Tx } from '../record.ts';
import { type Reservation, reserveInPurses } from './purses.ts';

const pending = new WeakMap<Tx, Reservation[]>();

export function reserveAtEnd(tx: Tx, reservation: Reservation): void {
  const list = pending.get(tx);
  if (list) return void list.push(reservation);
  const tries = [reservation];
  pending.set(tx, tries);
  tx.lastly(() => {
    pending.delete(tx);
    return reserveInPurses(tx, tries);
  });
}
