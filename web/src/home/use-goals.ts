import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '../shell/api.ts';

const key = ['goals'];

/** What a list shows at first, and the most that one page of a list holds. */
export const fewGoals = 20;
export const mostGoals = 200;

/** The newest. */
export function useGoals(size = fewGoals) {
  return useQuery({
    queryKey: [...key, size],
    queryFn: () => api.tasks.list({ filter: 'depth == 0', orderBy: 'createdAt desc', pageSize: size }),
    refetchInterval: 30_000,
    placeholderData: keepPreviousData,
  });
}
