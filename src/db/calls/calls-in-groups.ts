/**
 * Model calls of one workspace that are claimed, or settled, at the same moment share a transaction: see in-groups. None of them waits for a
 * task that somebody else holds.
 */
import {
  type CallAddress,
  type CallToClaim,
  type Claim,
  claimModelCall,
  lockCallsToClaim,
  type Reserve,
} from './claim-call.ts';
import {
  bookCalls,
  lockCallsToSettle,
  type LockedToSettle,
  type Settled,
  type Settlement,
  settleModelCall,
} from './settle-call.ts';
import { allEnded } from '../connection.ts';
import { type InGroups, inGroupsOf } from '../in-groups.ts';
import type { Database, Scope, Tx } from '../record.ts';
import { fulfilWakes } from '../standing/take-wakes.ts';
import type { World } from '../standing/world.ts';

/** As of a task record. */
interface Asker {
  workspaceId: string;
  now: number;
  fulfils?: string[];
}

export interface CallWays {
  db: Database;
  worldOf(tx: Tx, now: Date): Promise<World>;
  reserveOf(tx: Tx): Promise<Reserve>;
  claimAlone(asker: Asker, address: CallAddress): Promise<Claim>;
  settleAlone(asker: Asker, settlement: Settlement): Promise<Settled>;
}

interface Asked<What> {
  asker: Asker;
  what: What;
}

/** Of one process, workspace and kind. More at once only wait for each other's purse; a larger group holds its tasks for longer. */
const limits = { atOnce: 3, most: 16 };

export function createCallsInGroups({ db, worldOf, reserveOf, claimAlone, settleAlone }: CallWays) {
  const claim = grouped<CallAddress, Claim>({
    alone: ({ asker, what }) => claimAlone(asker, what),
    together: (asked) =>
      db.inWorkspace(
        groupScope(asked),
        async (tx, found: (CallToClaim | null)[]) => {
          fulfilWakes(
            tx,
            asked.flatMap(({ asker }) => asker.fulfils ?? []),
          );
          const reserve = await reserveOf(tx);
          return sideBySide(asked, async ({ asker }, i) => {
            const call = found[i];
            return call
              ? claimModelCall(tx, call, { world: await groupWorld(tx, asker), reserve })
              : undefined;
          });
        },
        (tx) =>
          lockCallsToClaim(
            tx,
            asked.map(({ what }) => what),
          ),
      ),
  });
  const settle = grouped<Settlement, Settled>({
    alone: ({ asker, what }) => settleAlone(asker, what),
    together: (asked) =>
      db.inWorkspace(
        groupScope(asked),
        async (tx, locked: LockedToSettle) => {
          const found = await bookCalls(
            tx,
            locked,
            asked.map(({ what }) => what),
          );
          return sideBySide(asked, async ({ asker, what }, i) => {
            const call = found[i];
            return call
              ? settleModelCall(tx, what, { world: await groupWorld(tx, asker), found: call })
              : undefined;
          });
        },
        (tx) =>
          lockCallsToSettle(
            tx,
            asked.map(({ what }) => what),
          ),
      ),
  });
  /** Who is about to wait for a model looks whether there is a newer one, and holds them: that is done alone. */
  const groupWorld = async (tx: Tx, { now }: Asker): Promise<World> => ({
    ...(await worldOf(tx, new Date(now))),
    fresher: () => Promise.reject(new Error('To be decided alone.')),
  });
  return { claim, settle };
}

function grouped<What extends { taskId: string }, Result>(
  ways: Pick<InGroups<Asked<What>, Result>, 'alone' | 'together'>,
): (asker: Asker, what: What) => Promise<Result> {
  const go = inGroupsOf<Asked<What>, Result>(
    ({ asker }) => asker.workspaceId,
    () => ({ ...limits, ...ways, placeOf: ({ what }) => what.taskId }),
  );
  return (asker, what) => go({ asker, what });
}

function groupScope(asked: readonly Asked<unknown>[]): Scope {
  return { workspaceId: asked[0]?.asker.workspaceId ?? '', actor: 'system', planOnce: true, once: true };
}

function sideBySide<Each, Result>(
  all: readonly Each[],
  work: (each: Each, i: number) => Promise<Result>,
): Promise<Result[]> {
  return allEnded(all.map(work));
}
