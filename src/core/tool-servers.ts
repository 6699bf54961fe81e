/**
 * What of a tool server's word counts. A person's yes is for exactly one description, schema and promise: what is different afterwards is
 * withheld until somebody says yes again.
 */
import type { FoundTool, ServerToolState } from '../contracts/tool-server.ts';
import type { Risk, ToolCard } from '../contracts/tool-card.ts';
import { faultOfSchema } from '../contracts/json-schema.ts';
import { unstorable } from '../contracts/storable.ts';

export interface KnownTool {
  name: string;
  /** What a person said yes to. */
  accepted: FoundTool | null;
  acceptedHash: string | null;
  /** What the server says now; null: nothing any more. */
  found: FoundTool | null;
  foundHash: string | null;
  riskSet: Risk | null;
  /** Seconds; null: as for all of its server. */
  timeoutSet: number | null;
  enabled: boolean;
}

export function stateOf({ accepted, acceptedHash, found, foundHash }: KnownTool): ServerToolState {
  if (!found) return 'gone';
  if (problemOfTool(found) !== null) return 'unusable';
  if (!accepted) return 'new';
  return acceptedHash === foundHash ? 'ready' : 'changed';
}

/** Why a tool can never be used as it is described; null when it can. */
export function problemOfTool(tool: FoundTool): string | null {
  const { name, parameters } = tool;
  if (unstorable(tool).length > 0) return 'It holds characters that cannot be stored, or is nested too deep.';
  if (!/^[A-Za-z0-9_./-]{1,100}$/.test(name))
    return 'Its name has characters that names of tools must not have.';
  if (JSON.stringify(parameters).length > toolServerLimits.schemaCharacters)
    return 'Its schema is too large.';
  if (parameters.type !== 'object') return 'Its arguments are no object.';
  const fault = faultOfSchema(parameters);
  return fault === null ? null : `Its schema cannot be used to check arguments: ${fault}`;
}

export const toolServerLimits = {
  tools: 200,
  schemaCharacters: 50_000,
  descriptionCharacters: 4_000,
} as const;

export function fullNameOf(server: string, tool: string): string {
  return `${server}.${tool}`;
}

/** The card of a tool that is ready. */
export function cardOf(
  server: { name: string; timeoutSeconds: number },
  tool: KnownTool & { accepted: FoundTool },
): ToolCard {
  const { name, description, parameters, risk, effect } = tool.accepted;
  return {
    name: fullNameOf(server.name, name),
    description,
    parameters,
    risk: tool.riskSet ?? risk,
    effect,
    timeoutMs: (tool.timeoutSet ?? server.timeoutSeconds) * 1000,
    origin: server.name,
  };
}

/** The same for the same content, whatever the order of its keys: what is hashed. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
  return `{${entries.join(',')}}`;
}
