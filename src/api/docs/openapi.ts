import { type ZodOpenApiOperationObject, type ZodOpenApiPathsObject, createDocument } from 'zod-openapi';
import { STATUS_CODES } from 'node:http';
import * as z from 'zod';
import { ProblemDetails } from '../../contracts/problem.ts';
import type { ErrorCode } from '../../errors.ts';
import type { Operation } from '../door/door.ts';
import { statusOf } from '../door/problem.ts';

/** The reference as OpenAPI 3.1, from the very schemas that parse the requests. */
export function describeApi(operations: readonly Operation[], publicUrl: string) {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) {
    const item = (paths[operation.path] ??= {});
    item[operation.method] = describe(operation);
  }
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Adjutant',
      version: '2',
      summary: 'A durable orchestrator for teams of AI agents',
      description:
        'Sign in with `Authorization: Bearer adj_…`. Every error is RFC 9457 problem details with a `code` from a closed list and all `problems`, each with the JSON Pointer of its place.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: new URL('/api/v2', publicUrl).href }],
    security: [{ key: [] }, { session: [] }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key, adj_…' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'adjutant_session',
          description: 'The session cookie; unsafe methods also send X-CSRF-Token',
        },
      },
    },
  });
}

export type ApiDocument = ReturnType<typeof describeApi>;

function describe(operation: Operation): ZodOpenApiOperationObject {
  const status = operation.status ?? 200;
  const { params, query, body } = operation;
  const headers =
    operation.method === 'post' && operation.access !== 'public' ? idempotencyHeader : undefined;
  return {
    operationId: operationId(operation),
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.description ? { description: operation.description } : {}),
    ...(operation.access === 'public' ? { security: [] } : {}),
    requestParams: {
      ...(params ? { path: params } : {}),
      ...(query ? { query } : {}),
      ...(headers ? { header: headers } : {}),
    },
    ...(body
      ? { requestBody: { required: !operation.bodyOptional, content: bodyContent(operation, body) } }
      : {}),
    responses: {
      [String(status)]: success(operation, status),
      ...Object.fromEntries([...statuses(operation)].sort().map((code) => [String(code), problem(code)])),
    } as ZodOpenApiOperationObject['responses'],
  };
}

const idempotencyHeader = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/)
    .optional()
    .describe('The same key and body give the first answer again, for 24 hours'),
});

function bodyContent({ otherBodies }: Operation, body: z.ZodType) {
  if (!otherBodies) return { 'application/json': { schema: body } };
  const json = otherBodies['multipart/form-data'] ? {} : { 'application/json': { schema: body } };
  return { ...json, ...otherBodies };
}

function success(operation: Operation, status: number) {
  const description = STATUS_CODES[status] ?? 'Done';
  const headers =
    status === 201
      ? { Location: { description: 'Where it is', schema: { type: 'string' as const } } }
      : undefined;
  if (operation.replyType) {
    return { description, content: { [operation.replyType]: { schema: { type: 'string' as const } } } };
  }
  if (!operation.reply) return { description };
  return {
    description,
    ...(headers ? { headers } : {}),
    content: { 'application/json': { schema: operation.reply } },
  };
}

function problem(status: number) {
  return {
    description: STATUS_CODES[status] ?? 'Error',
    content: { 'application/problem+json': { schema: ProblemDetails } },
  };
}

function statuses({ access, params, query, body, errors = [], method }: Operation): Set<number> {
  const codes: ErrorCode[] = ['too_many_requests', 'internal', 'unavailable', ...errors];
  if (access !== 'public') codes.push('unauthenticated');
  // A session's unsafe request without its token.
  if (access !== 'public' && method !== 'get') codes.push('forbidden');
  if (params) codes.push('not_found');
  if (query || method === 'post') codes.push('invalid_request');
  if (body) codes.push('malformed_json', 'payload_too_large', 'unsupported_media_type', 'invalid_request');
  if (method === 'post' && access !== 'public') codes.push('idempotency_mismatch');
  return new Set(codes.map((code) => statusOf[code]));
}

/** GET /agents/{agentId}/revisions → getAgentsRevisions. */
function operationId({ method, path }: Operation): string {
  const words = path.split(/[/{}]+/).filter(Boolean);
  const named = words.map((word) =>
    word.replace(/(^|[-_])(\w)/g, (_, _dash, letter: string) => letter.toUpperCase()),
  );
  return method + named.map((word) => (word.endsWith('Id') ? `By${word}` : word)).join('');
}
