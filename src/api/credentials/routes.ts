import * as z from 'zod';
import { requireOperator } from '../../commands/caller.ts';
import { createCredential } from '../../commands/create-credential.ts';
import { deleteCredential } from '../../commands/delete-credential.ts';
import { updateCredential } from '../../commands/update-credential.ts';
import { CreateCredential, Credential, CredentialId, UpdateCredential } from '../../contracts/credential.ts';
import { PageQuery, pageOf } from '../../contracts/page.ts';
import { credentialList } from '../../db/credentials/credential-store.ts';
import { listPage } from '../../db/list-page.ts';
import type { CredentialRow } from '../../db/mappings/credential.ts';
import { createSealer, type Sealer } from '../../db/seal.ts';
import type { Door } from '../door/door.ts';
import { listNote } from '../door/list-note.ts';
import { route } from '../door/route.ts';
import { presentCredential } from './present-credential.ts';

const tag = 'tools';
const params = z.object({ credentialId: CredentialId });

export function credentialRoutes(door: Door, sealer: Sealer = createSealer([])): void {
  route(
    door,
    {
      method: 'get',
      path: '/credentials',
      tag,
      summary: 'List credentials',
      description: `Named secrets for tools, each for certain hosts. ${listNote(credentialList)}`,
      query: PageQuery,
      reply: pageOf(Credential),
      errors: ['forbidden', 'invalid_filter'],
    },
    {
      handle: async ({ tx, caller, query }) => {
        requireOperator(caller);
        const page = await listPage<CredentialRow>(tx, credentialList, query);
        return { ...page, items: page.items.map((row) => presentCredential(row, sealer)) };
      },
    },
  );

  route(
    door,
    {
      method: 'post',
      path: '/credentials',
      tag,
      summary: 'Store a credential',
      description:
        'Encrypted at rest, shown by its last four, sent to its hosts alone. Tools use it by its name; no model sees it. Owners only.',
      body: CreateCredential,
      reply: Credential,
      status: 201,
      errors: ['forbidden', 'conflict', 'unavailable'],
    },
    {
      location: ({ id }) => `/api/v2/credentials/${id}`,
      handle: async ({ tx, caller, body }) =>
        presentCredential(await createCredential(tx, caller, { wish: body, sealer }), sealer),
    },
  );
  changeRoutes(door, sealer);
}

function changeRoutes(door: Door, sealer: Sealer): void {
  route(
    door,
    {
      method: 'patch',
      path: '/credentials/{credentialId}',
      tag,
      summary: 'Change a credential',
      description: 'Where it goes is changed only together with the secret. Owners only.',
      params,
      body: UpdateCredential,
      reply: Credential,
      errors: ['forbidden', 'unavailable'],
    },
    {
      handle: async ({ tx, caller, params: { credentialId }, body }) =>
        presentCredential(
          await updateCredential(tx, caller, { id: credentialId, wish: body, sealer }),
          sealer,
        ),
    },
  );

  route(
    door,
    {
      method: 'delete',
      path: '/credentials/{credentialId}',
      tag,
      summary: 'Remove a credential',
      params,
      status: 204,
      errors: ['forbidden'],
    },
    {
      handle: ({ tx, caller, params: { credentialId } }) =>
        deleteCredential(tx, caller, { id: credentialId }),
    },
  );
}
