import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../shell/api.ts';

/** Who is hired, the Chief of Staff first. Read again when an agent changes. */
export function useAgents() {
  return useQuery({
    queryKey: ['agents', 'hired'],
    queryFn: () => api.agents.list({ filter: '!archived', orderBy: 'role, name', pageSize: 100 }),
    refetchInterval: 30_000,
  });
}

export function useDuty(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (paused: boolean) => (paused ? api.agents.pause(id) : api.agents.resume(id)),
    onSettled: () => queries.invalidateQueries({ queryKey: ['agents'] }),
  });
}
