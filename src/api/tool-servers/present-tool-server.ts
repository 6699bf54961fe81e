import type { FoundTool, ServerTool, ToolServer } from '../../contracts/tool-server.ts';
import type { StoredServerTool, StoredToolServer } from '../../db/tool-servers/tool-server-store.ts';

/** Values of the environment stay inside: people put secrets there. */
export function presentToolServer(server: StoredToolServer): ToolServer {
  const { id, name, target, enabled, timeoutSeconds, problem, version } = server;
  return {
    id,
    name,
    kind: target.kind,
    url: target.kind === 'mcp_stdio' ? null : target.url,
    command: target.kind === 'mcp_stdio' ? target.command : null,
    args: target.kind === 'mcp_stdio' ? target.args : [],
    env: target.kind === 'mcp_stdio' ? Object.keys(target.env) : [],
    baseUrl: target.kind === 'openapi' ? target.baseUrl : null,
    credential: target.kind === 'mcp_stdio' ? null : target.credential,
    enabled,
    timeoutSeconds,
    problem,
    tools: server.tools.map((tool) => presentTool(tool, timeoutSeconds)),
    version,
    checkedAt: server.checkedAt.toISOString(),
    createdAt: server.createdAt.toISOString(),
    updatedAt: server.updatedAt.toISOString(),
  };
}

function presentTool(tool: StoredServerTool, serverSeconds: number): ServerTool {
  const { name, fullName, found, accepted, riskSet, timeoutSet, enabled, state, problem } = tool;
  // A row has one of them at least.
  const shown = (accepted ?? found) as FoundTool;
  return {
    name,
    fullName,
    state,
    enabled,
    description: shown.description,
    parameters: shown.parameters,
    risk: riskSet ?? shown.risk,
    riskSetByPerson: riskSet !== null,
    timeoutSeconds: timeoutSet ?? serverSeconds,
    timeoutSetByPerson: timeoutSet !== null,
    effect: shown.effect,
    hash: tool.foundHash ?? '',
    changedTo: state === 'changed' && found ? faceOf(found) : null,
    problem,
  };
}

function faceOf({ description, parameters, risk, effect }: FoundTool): NonNullable<ServerTool['changedTo']> {
  return { description, parameters, risk, effect };
}
