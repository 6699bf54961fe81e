import type { TemporalLink } from '../contracts/waiting.ts';

/** Where operations look: Temporal's Web UI, when its address is known. */
export interface TemporalPlace {
  namespace: string;
  uiUrl?: string | undefined;
}

export function temporalLink(
  { namespace, uiUrl }: TemporalPlace,
  workflowId: string,
  startedAt: Date | null,
): TemporalLink {
  const base = uiUrl?.replace(/\/+$/, '');
  const path = `/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
  return {
    workflowId,
    url: base === undefined ? null : base + path,
    startedAt: startedAt?.toISOString() ?? null,
  };
}
