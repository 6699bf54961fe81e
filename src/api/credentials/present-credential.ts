import type { Credential } from '../../contracts/credential.ts';
import { openSecret } from '../../db/credentials/credential-store.ts';
import type { CredentialRow } from '../../db/mappings/credential.ts';
import type { Sealer } from '../../db/seal.ts';

/** Of a secret nothing but its last four goes outward. */
export function presentCredential(row: CredentialRow, sealer: Sealer): Credential {
  const { id, name, hosts, placement, last4, version } = row;
  const readable = openSecret(row, sealer) !== null;
  return {
    id,
    name,
    hosts,
    placement,
    last4,
    problem: readable ? null : 'It cannot be read with this SECRET_KEY. Enter it again.',
    version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
