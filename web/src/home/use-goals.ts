import { useQuery } from '@tanstack/react-query';
import { api } from '../shell/api.ts';

const key = ['goals'];

export function useGoals() {
  return useQuery({
    queryKey: key,
    queryFn: () => api.tasks.list({ filter: 'depth == 0', orderBy: 'createdAt desc', pageSize: 20 }),
    refetchInterval: 30_000,
  });
}
