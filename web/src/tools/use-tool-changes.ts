import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ServerTool, ToolServer } from '../../../src/contracts/tool-server.ts';
import { api } from '../shell/api.ts';
import { useSession } from '../shell/use-session.ts';

const lookEveryMs = 60_000;
const key = ['step', 'inbox', 'tools'];

export interface ToolChange {
  server: ToolServer;
  tool: ServerTool;
}

/** Tools that are withheld until an owner has looked at what their server says of them now. */
export function useToolChanges() {
  const owner = useSession()?.role === 'owner';
  return useQuery({
    queryKey: key,
    queryFn: () => api.toolServers.list({ filter: 'enabled', pageSize: 100 }),
    select: ({ items }) => items.flatMap(changesOf),
    enabled: owner,
    refetchInterval: lookEveryMs,
  });
}

function changesOf(server: ToolServer): ToolChange[] {
  return server.tools
    .filter(({ state, enabled }) => enabled && (state === 'new' || state === 'changed'))
    .map((tool) => ({ server, tool }));
}

/** True: it may be used as its server describes it now. False: it is left out for good. */
export function useDecideTool({ server, tool: { name, hash } }: ToolChange) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (accepted: boolean) =>
      api.toolServers.update(
        server.id,
        accepted ? { accept: [{ name, hash }] } : { tools: [{ name, enabled: false }] },
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
}
