import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  WebSearch,
  WebSearchBy,
  WebSearcher,
  WebSearcherView,
} from '../../../src/contracts/web-search.ts';
import { api } from '../shell/api.ts';

/** Below the models' own key: whatever changes a key asks for both again. */
const queryKey = ['models', 'search'];

export function useWebSearch() {
  return useQuery({ queryKey, queryFn: () => api.webSearch.read(), refetchInterval: 30_000 });
}

/** Keys of search services: credentials of their names. */
export function useSearchKeys(enabled: boolean) {
  return useQuery({
    queryKey: [...queryKey, 'keys'],
    queryFn: () => api.credentials.list({ filter: 'name == "brave" || name == "tavily"' }),
    enabled,
  });
}

const mutationKey = ['web-search-order'];

/** Shown at once, and as the server has it after the last of them. */
export function useSearchOrder() {
  const queries = useQueryClient();
  const { mutate, error } = useMutation({
    mutationKey,
    // One after the other, so that the last one wins.
    scope: { id: 'web-search' },
    mutationFn: (by: WebSearchBy) => api.webSearch.setOrder(by),
    onSettled: () =>
      queries.isMutating({ mutationKey }) === 1 ? queries.invalidateQueries({ queryKey }) : undefined,
  });
  const set = (by: WebSearchBy) => {
    // What is being asked for is older than this.
    void queries.cancelQueries({ queryKey, exact: true }, { revert: false, silent: true });
    queries.setQueryData<WebSearch>(
      queryKey,
      (before) => before && { by, items: Array.isArray(by) ? arranged(before.items, by) : before.items },
    );
    mutate(by);
  };
  return { set, error };
}

/** Of those that are asked. */
export function orderOf({ items }: WebSearch): WebSearcher[] {
  return items.flatMap(({ name, place }) => (place === null ? [] : [name]));
}

/** A copy in which it stands one place earlier (-1) or later (1). */
export function moved(order: readonly WebSearcher[], name: WebSearcher, by: -1 | 1): WebSearcher[] {
  const from = order.indexOf(name);
  return order.toSpliced(from, 1).toSpliced(from + by, 0, name);
}

function arranged(items: readonly WebSearcherView[], order: readonly WebSearcher[]): WebSearcherView[] {
  const placeOf = (name: WebSearcher) => (order.includes(name) ? order.indexOf(name) + 1 : null);
  return items
    .map((each) => ({ ...each, place: placeOf(each.name) }))
    .toSorted((one, other) => (one.place ?? Infinity) - (other.place ?? Infinity) || 0);
}
