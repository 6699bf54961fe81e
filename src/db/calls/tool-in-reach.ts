/** A tool as the record needs it: what it is, and how it is run. The port for whoever writes a tool is in src/tools. */
import type { SearchServiceName } from '../../contracts/web-search.ts';
import type { ToolCard } from '../../contracts/tool-card.ts';
import type { EffectWaits } from '../../core/task/snapshot.ts';
import type { RecordToolContext } from './tool-context.ts';
import type { ToolOutcome } from './tool-outcome.ts';

/** Somebody else gives the answer. */
export interface ToolWaiting {
  wait: Omit<EffectWaits, 'until'> & { until?: string | null };
}

/** A search that a model provider makes, set aside for this one call. Throws what the provider does. */
export interface OwnSearch {
  ask(signal: AbortSignal): Promise<{
    pages: { title: string; url: string; excerpt: string }[];
    /** Why there are none, although it answered. */
    problem: string | null;
  }>;
}

/** Who was chosen to search. */
export type SearchBy = OwnSearch | { service: SearchServiceName };

export interface RecordToolInReach extends ToolCard {
  place: 'record';
  run(context: RecordToolContext, args: Record<string, unknown>): Promise<ToolOutcome | ToolWaiting>;
}

export interface OutsideToolInReach extends ToolCard {
  place: 'outside';
  destination?(args: Record<string, unknown>): string | null;
  /** The risk and effect of these very arguments, where they decide. */
  judge?(args: Record<string, unknown>): Pick<ToolCard, 'risk' | 'effect'>;
  /**
   * What these arguments look for on the web. Absent: it is no search. Of one that is, an error is the bare reason: whether somebody else is
   * asked, and what the model is told, is decided by the record.
   */
  search?(args: Record<string, unknown>): { query: string; count: number };
  /** Those that it can ask without a key of the workspace. */
  searchServices?: readonly SearchServiceName[];
  run(
    context: {
      key: string;
      workspaceId: string;
      taskId: string;
      signal: AbortSignal;
      searchBy?: SearchBy;
    },
    args: Record<string, unknown>,
  ): Promise<ToolOutcome>;
}

export type ToolInReach = RecordToolInReach | OutsideToolInReach;
