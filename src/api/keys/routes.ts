import * as z from 'zod';
import { createKey } from '../../commands/create-key.ts';
import { revokeKey } from '../../commands/revoke-key.ts';
import { requireOwner } from '../../commands/caller.ts';
import { KeyId } from '../../contracts/ids.ts';
import { PageQuery, pageOf } from '../../contracts/page.ts';
import { CreateKey, CreatedKey, Key, type Role } from '../../contracts/principal.ts';
import { keyList, type ListedKey } from '../../db/key-reads.ts';
import { listPage } from '../../db/list-page.ts';
import type { ApiKeyRow } from '../../db/mappings/api-key.ts';
import type { Door } from '../door/door.ts';
import { listNote } from '../door/list-note.ts';
import { route } from '../door/route.ts';

const tag = 'keys';

export function keyRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/keys',
      tag,
      summary: 'List API keys',
      description: listNote(keyList),
      query: PageQuery,
      reply: pageOf(Key),
      errors: ['forbidden', 'invalid_filter'],
    },
    {
      handle: async ({ tx, caller, query }) => {
        requireOwner(caller);
        const page = await listPage<ListedKey>(tx, keyList, query);
        return { ...page, items: page.items.map((row) => presentKey(row, row.role)) };
      },
    },
  );

  route(
    door,
    {
      method: 'post',
      path: '/keys',
      tag,
      summary: 'Create an API key',
      body: CreateKey,
      reply: CreatedKey,
      status: 201,
      errors: ['forbidden'],
    },
    {
      location: ({ id }) => `/api/v2/keys/${id}`,
      storable: (reply) => ({ ...reply, secret: null }),
      handle: async ({ tx, caller, body }) => {
        const { row, role, secret } = await createKey(tx, caller, body);
        return { ...presentKey(row, role), secret };
      },
    },
  );

  route(
    door,
    {
      method: 'delete',
      path: '/keys/{keyId}',
      tag,
      summary: 'Revoke an API key',
      params: z.object({ keyId: KeyId }),
      status: 204,
      errors: ['forbidden'],
    },
    { handle: ({ tx, caller, params }) => revokeKey(tx, caller, params) },
  );
}

function presentKey(row: ApiKeyRow, role: Role): Key {
  return {
    id: row.id,
    name: row.name,
    role,
    last4: row.last4,
    agentId: row.agentId,
    createdAt: row.createdAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}
