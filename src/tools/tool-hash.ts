import { createHash } from 'node:crypto';
import type { FoundTool } from '../contracts/tool-server.ts';
import { canonicalJson } from '../core/tool-servers.ts';

/** Names everything that a person says yes to: description, schema, what it does, how it is called. */
export function hashOfTool(tool: FoundTool): string {
  return createHash('sha256').update(canonicalJson(tool)).digest('hex').slice(0, 32);
}
