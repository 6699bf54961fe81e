import type { ApiDocument } from './openapi.ts';

export interface DescribedOperation {
  id: string;
  tag: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  parameters: { name: string; in: string; required: boolean; description?: string; schema: unknown }[];
  bodies: { type: string; schema: unknown }[];
  answers: { status: string; description: string; schema: unknown }[];
}

interface Media {
  content?: Record<string, { schema?: unknown }>;
  description?: string;
}

interface RawOperation {
  operationId?: string;
  tags?: string[];
  summary?: string;
  description?: string;
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: unknown }[];
  requestBody?: Media;
  responses?: Record<string, Media>;
}

/** The document's operations as a flat list, for pages that people read. */
export function listOperations(document: ApiDocument): DescribedOperation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as Record<string, RawOperation>).map(([method, raw]) => ({
      id: raw.operationId ?? `${method}${path}`,
      tag: raw.tags?.[0] ?? 'other',
      method: method.toUpperCase(),
      path,
      summary: raw.summary ?? '',
      description: raw.description ?? '',
      parameters: (raw.parameters ?? []).map((parameter) => ({
        ...parameter,
        required: parameter.required ?? false,
        schema: parameter.schema,
      })),
      bodies: Object.entries(raw.requestBody?.content ?? {}).map(([type, { schema }]) => ({ type, schema })),
      answers: Object.entries(raw.responses ?? {}).map(([status, { description = '', content }]) => ({
        status,
        description,
        schema: Object.values(content ?? {})[0]?.schema,
      })),
    })),
  );
}
