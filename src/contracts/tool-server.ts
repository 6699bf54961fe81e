import * as z from 'zod';
import { idSchema } from './ids.ts';
import { EffectKind, Risk } from './tool-card.ts';

export const ToolServerId = idSchema('toolServer');

export const toolServerKinds = ['mcp_http', 'mcp_stdio', 'openapi'] as const;
export type ToolServerKind = (typeof toolServerKinds)[number];

/** Of an operation of an OpenAPI document: how arguments become a request. */
export interface OperationCall {
  method: string;
  /** With `{name}` where path parameters go. */
  path: string;
  parameters: { name: string; in: 'path' | 'query' | 'header' }[];
  /** Media type of the body, which is the argument `body`; null: it has none. */
  body: string | null;
}

/** A tool as its server describes it. The description is a stranger's text. */
export interface FoundTool {
  name: string;
  description: string;
  parameters: Record<string, unknown>;
  risk: Risk;
  effect: EffectKind;
  operation?: OperationCall;
}

/** Where a server is and how it is reached; secrets by the names of credentials. */
export type ToolServerTarget =
  | { kind: 'mcp_http'; url: string; credential: string | null }
  | {
      kind: 'mcp_stdio';
      command: string;
      args: string[];
      env: Record<string, string | { credential: string }>;
    }
  | {
      kind: 'openapi';
      /** Where the document is; null: it was uploaded. */
      url: string | null;
      baseUrl: string;
      credential: string | null;
      /** Chosen operations; null: all. */
      operations: string[] | null;
    };

const name = z
  .string()
  .trim()
  .regex(/^[a-z][a-z0-9-]{0,29}$/, 'Lower-case letters, digits and -, beginning with a letter, at most 30.')
  .describe('Its tools are called name.tool');
const url = z.url({ protocol: /^https?$/ }).max(2_000);
const credential = z.string().max(60).describe('Name of a stored credential');
/** Seconds. The worker gives up on any tool a while after the longest. */
const toolTime = z.int().min(5).max(600);
const serverTime = toolTime.describe('Seconds that a call of its tools may take');
const environmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'The name of an environment variable.');

export const OpenApiSource = {
  url: url.optional().describe('Where the document is, JSON or YAML'),
  document: z
    .union([z.string().min(1).max(1_000_000), z.record(z.string(), z.unknown())])
    .optional()
    .describe('The document itself, as an object or as JSON or YAML text'),
};

export const CreateToolServer = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('mcp_http'),
      name,
      url,
      credential: credential.optional(),
      timeoutSeconds: serverTime.default(60),
    }),
    z.strictObject({
      kind: z.literal('mcp_stdio'),
      name,
      command: z.string().trim().min(1).max(500),
      args: z.array(z.string().max(2_000)).max(50).default([]),
      env: z
        .record(environmentName, z.union([z.string().max(2_000), z.strictObject({ credential })]))
        .default({})
        .describe(
          'Added to a minimal environment; a secret by its credential, which must name the host "stdio"',
        ),
      timeoutSeconds: serverTime.default(60),
    }),
    z.strictObject({
      kind: z.literal('openapi'),
      name,
      ...OpenApiSource,
      baseUrl: url.optional().describe('Default: the first server of the document'),
      credential: credential.optional(),
      operations: z
        .array(z.string().min(1).max(300))
        .min(1)
        .max(200)
        .optional()
        .describe('By operationId or "GET /path"; default: all'),
      timeoutSeconds: serverTime.default(60),
    }),
  ])
  .meta({ id: 'CreateToolServer' });
export type CreateToolServer = z.infer<typeof CreateToolServer>;

export const UpdateToolServer = z
  .strictObject({
    enabled: z.boolean().optional(),
    timeoutSeconds: serverTime.optional(),
    accept: z
      .array(z.strictObject({ name: z.string(), hash: z.string() }))
      .max(200)
      .optional()
      .describe('New or changed tools that may be used, each with the hash of what was looked at'),
    tools: z
      .array(
        z.strictObject({
          name: z.string(),
          enabled: z.boolean().optional(),
          risk: Risk.nullable().optional().describe('null: as its server says'),
          timeoutSeconds: toolTime.nullable().optional().describe('null: as for all of its server'),
        }),
      )
      .max(200)
      .optional(),
  })
  .meta({ id: 'UpdateToolServer' });
export type UpdateToolServer = z.infer<typeof UpdateToolServer>;

export const RefreshToolServer = z
  .strictObject({ document: OpenApiSource.document })
  .meta({ id: 'RefreshToolServer' });
export type RefreshToolServer = z.infer<typeof RefreshToolServer>;

export const ServerToolState = z
  .enum(['ready', 'new', 'changed', 'gone', 'unusable'])
  .describe('Only ready ones may be used; new and changed ones wait for a person’s yes');
export type ServerToolState = z.infer<typeof ServerToolState>;

const face = { description: z.string(), parameters: z.record(z.string(), z.unknown()) };

export const ServerTool = z.object({
  name: z.string().describe('As its server calls it'),
  fullName: z.string().describe('As agents and workflows call it'),
  state: ServerToolState,
  enabled: z.boolean(),
  ...face,
  risk: Risk,
  riskSetByPerson: z.boolean(),
  timeoutSeconds: z.int(),
  timeoutSetByPerson: z.boolean().describe('For this tool; else it is that of its server'),
  effect: EffectKind,
  hash: z.string().describe('Of what its server says now'),
  changedTo: z
    .object({ ...face, risk: Risk, effect: EffectKind })
    .nullable()
    .describe('What its server says now, if that is not what was accepted'),
  problem: z.string().nullable(),
});
export type ServerTool = z.infer<typeof ServerTool>;

export const ToolServer = z
  .object({
    id: ToolServerId,
    name: z.string(),
    kind: z.enum(toolServerKinds),
    url: z.string().nullable(),
    command: z.string().nullable(),
    args: z.array(z.string()),
    env: z.array(z.string()).describe('Names only'),
    baseUrl: z.string().nullable(),
    credential: z.string().nullable(),
    enabled: z.boolean(),
    timeoutSeconds: z.int().describe('That a call of its tools may take'),
    problem: z
      .string()
      .nullable()
      .describe('What went wrong when it was asked last, or what of its list is not here'),
    tools: z.array(ServerTool),
    version: z.int(),
    checkedAt: z.iso.datetime(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'ToolServer' });
export type ToolServer = z.infer<typeof ToolServer>;
