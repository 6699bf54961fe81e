/** Two more people of the workspace, each with a key of their own: what needs four eyes needs them. There is no door by which people come in. */
import type pg from 'pg';
import { newId } from '../../src/db/new-id.ts';
import { hashOf, newSecret } from '../../src/db/principal-store.ts';

export async function addPeople(database: pg.Pool, names: readonly string[]): Promise<string[]> {
  return Promise.all(
    names.map(async (name) => {
      const [id, secret] = [newId('principal'), `adj_${newSecret()}`];
      await database.query(
        `WITH person AS (INSERT INTO principals (id, workspace_id, kind, name, role) SELECT $1, id, 'person', $2, 'operator' FROM workspaces RETURNING id, workspace_id)
         INSERT INTO api_keys (id, workspace_id, principal_id, name, hash, last4) SELECT $3, workspace_id, id, $2, $4, $5 FROM person`,
        [id, name, newId('key'), hashOf(secret), secret.slice(-4)],
      );
      return secret;
    }),
  );
}
