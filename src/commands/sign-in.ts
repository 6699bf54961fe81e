import { findIdentity, openSession } from '../db/principal-store.ts';
import type { Database, Tx } from '../db/record.ts';
import { AppError } from '../errors.ts';
import type { Session } from '../contracts/principal.ts';

/** Spends a one-time link. The session's secret goes into the cookie and nowhere else. */
export async function signIn(db: Database, token: string): Promise<{ secret: string; session: Session }> {
  const opened = await openSession(db, token);
  if (!opened) {
    throw new AppError(
      'link_expired',
      'This sign-in link was used already or has expired. Ask for a new one.',
    );
  }
  const { identity, csrf, secret } = opened;
  const scope = { workspaceId: identity.workspaceId, actor: identity.principalId };
  return { secret, session: await db.inWorkspace(scope, (tx) => readSession(tx, csrf)) };
}

/** Who `tx.actor` is. */
export async function readSession(tx: Tx, csrf: string | null): Promise<Session> {
  const { principalId, name, role, workspaceId, workspace } = await findIdentity(tx, tx.actor);
  return {
    principal: { id: principalId, name },
    role,
    workspace: { id: workspaceId, name: workspace },
    csrf,
  };
}
