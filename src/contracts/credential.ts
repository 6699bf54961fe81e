import * as z from 'zod';
import { idSchema } from './ids.ts';

export const CredentialId = idSchema('credential');

const header = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,60}$/, 'The name of a header: letters, digits and -.')
  .refine(
    (name) => !/^(host|content-length|connection|transfer-encoding|cookie2?)$/i.test(name),
    'Not this header.',
  );

/** Where in a request the secret goes. */
export const CredentialPlacement = z
  .discriminatedUnion('as', [
    z.strictObject({ as: z.literal('bearer') }),
    z.strictObject({ as: z.literal('basic'), user: z.string().min(1).max(200) }),
    z.strictObject({ as: z.literal('header'), header }),
    z.strictObject({ as: z.literal('query'), parameter: z.string().min(1).max(60) }),
  ])
  .describe(
    'bearer: in Authorization; basic: as the password of a user; header; query: a parameter of the address',
  );
export type CredentialPlacement = z.infer<typeof CredentialPlacement>;

/** A host name, or `*.` and one: all below it, not itself. */
const host = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(
    /^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
    'A host name like api.example.com, or *.example.com for all below it; without https:// and port.',
  );

export const credentialName = z
  .string()
  .trim()
  .regex(/^[a-z][a-z0-9_-]{0,59}$/, 'Lower-case letters, digits, - and _, beginning with a letter.');

const secret = z
  .string()
  .trim()
  .min(8, 'A secret has at least 8 characters.')
  .max(4_000)
  .regex(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/, 'A secret has visible ASCII characters only.')
  .describe('Stored encrypted, shown by its last four');

const hosts = z.array(host).min(1).max(50).describe('Where it may be sent; nowhere else');

export const CreateCredential = z
  .strictObject({
    name: credentialName,
    secret,
    hosts,
    placement: CredentialPlacement.default({ as: 'bearer' }),
  })
  .meta({ id: 'CreateCredential' });
export type CreateCredential = z.infer<typeof CreateCredential>;

export const UpdateCredential = z
  .strictObject({
    secret: secret.optional(),
    hosts: hosts.optional(),
    placement: CredentialPlacement.optional(),
  })
  .meta({ id: 'UpdateCredential' });
export type UpdateCredential = z.infer<typeof UpdateCredential>;

export const Credential = z
  .object({
    id: CredentialId,
    name: z.string().describe('How tools and tool servers refer to it'),
    hosts: z.array(z.string()),
    placement: CredentialPlacement,
    last4: z.string(),
    problem: z.string().nullable().describe('Why it cannot be used'),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Credential' });
export type Credential = z.infer<typeof Credential>;
