import { useQuery } from '@tanstack/react-query';
import type { ModelView } from '../../../src/contracts/model.ts';
import { api } from '../shell/api.ts';

export function useModels() {
  return useQuery({
    queryKey: ['models'],
    queryFn: () => api.models.list(),
    staleTime: 30_000,
    refetchInterval: 60_000,
  });
}

export function useProviders(enabled: boolean) {
  return useQuery({
    queryKey: ['providers'],
    queryFn: () => api.providers.list(),
    refetchInterval: 30_000,
    enabled,
  });
}

/** True when nothing here may plan or write: then only the built-in model is there, which scores and quotes. */
export function onlyBuiltIn(models: ModelView[]): boolean {
  return models.length > 0 && !models.some(({ fit }) => fit.includes('plan') || fit.includes('write'));
}
