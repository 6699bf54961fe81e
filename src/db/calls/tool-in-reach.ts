/** A tool as the record needs it: what it is, and how it is run. The port for whoever writes a tool is in src/tools. */
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
  provider: string;
  ask(signal: AbortSignal): Promise<{
    pages: { title: string; url: string; excerpt: string }[];
    /** Why there are none, although it answered. */
    problem: string | null;
  }>;
}

export interface RecordToolInReach extends ToolCard {
  place: 'record';
  run(context: RecordToolContext, args: Record<string, unknown>): Promise<ToolOutcome | ToolWaiting>;
}

export interface OutsideToolInReach extends ToolCard {
  place: 'outside';
  destination?(args: Record<string, unknown>): string | null;
  /** The risk and effect of these very arguments, where they decide. */
  judge?(args: Record<string, unknown>): Pick<ToolCard, 'risk' | 'effect'>;
  /** What these arguments look for on the web: a model provider may do it. Absent: it is no search. */
  search?(args: Record<string, unknown>): { query: string; count: number };
  run(
    context: {
      key: string;
      workspaceId: string;
      taskId: string;
      signal: AbortSignal;
      ownSearch?: OwnSearch;
    },
    args: Record<string, unknown>,
  ): Promise<ToolOutcome>;
}

export type ToolInReach = RecordToolInReach | OutsideToolInReach;
