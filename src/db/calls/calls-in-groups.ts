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
  /** Who is about to wait for a model looks whether there is a newer one, and holds them: that is done alone. */
  const groupWorld = async (tx: Tx, { now }: Asker): Promise<World> => ({
    ...(await worldOf(tx, new Date(now))),
    fresher: () => Promise.reject(new Error('To be decided alone.')),
  });
  const claimTogether = (asked: Asked<CallAddress>[]) =>
    db.inWorkspace(
      groupScope(asked),
      async (tx, found: (CallToClaim | null)[]) => {
        fulfilWakes(
          tx,
          asked.flatMap(({ asker }) => asker.fulfils ?? []),
        );
        const reserve = await reserveOf(tx);
        return sideBySide(asked, found, async ({ asker }, call) =>
          claimModelCall(tx, call, { world: await groupWorld(tx, asker), reserve }),
        );
      },
      (tx) => lockCallsToClaim(tx, whatOf(asked)),
    );
  const settleTogether = (asked: Asked<Settlement>[]) =>
    db.inWorkspace(
      groupScope(asked),
      async (tx, locked: LockedToSettle) =>
        sideBySide(asked, await bookCalls(tx, locked, whatOf(asked)), async ({ asker, what }, found) =>
          settleModelCall(tx, what, { world: await groupWorld(tx, asker), found }),
        ),
      (tx) => lockCallsToSettle(tx, whatOf(asked)),
    );
  return { claim: grouped(claimAlone, claimTogether), settle: grouped(settleAlone, settleTogether) };
}

function grouped<What extends { taskId: string }, Result>(
  alone: (asker: Asker, what: What) => Promise<Result>,
  together: InGroups<Asked<What>, Result>['together'],
): (asker: Asker, what: What) => Promise<Result> {
  const way: InGroups<Asked<What>, Result> = {
    ...limits,
    placeOf: ({ what }) => what.taskId,
    alone: ({ asker, what }) => alone(asker, what),
    together,
  };
  const go = inGroupsOf(
    ({ asker }: Asked<What>) => asker.workspaceId,
    () => way,
  );
  return (asker, what) => go({ asker, what });
}

function whatOf<What>(asked: readonly Asked<What>[]): What[] {
  return asked.map(({ what }) => what);
}

function groupScope(asked: readonly Asked<unknown>[]): Scope {
  return { workspaceId: asked[0]?.asker.workspaceId ?? '', actor: 'system', planOnce: true, once: true };
}

/** Over one connection; `found`: what each needs, null where it cannot be done in a group. */
function sideBySide<Each, Found, Result>(
  all: readonly Each[],
  found: readonly (Found | null)[],
  work: (each: Each, found: Found) => Promise<Result>,
): Promise<(Result | undefined)[]> {
  return allEnded(
    all.map(async (each, i) => {
      const known = found[i] ?? null;
      return known === null ? undefined : work(each, known);
    }),
  );
}
