/** A tool as the record needs it: what it is, and how it is run. The port for whoever writes a tool is in src/tools. */
import type { ToolCard } from '../../contracts/tool-card.ts';
import type { EffectWaits } from '../../core/task/snapshot.ts';
import type { RecordToolContext } from './tool-context.ts';
import type { ToolOutcome } from './tool-outcome.ts';

/** Somebody else gives the answer. */
export interface ToolWaiting {
  wait: Omit<EffectWaits, 'until'> & { until?: string | null };
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
  run(
    context: { key: string; workspaceId: string; taskId: string; signal: AbortSignal },
    args: Record<string, unknown>,
  ): Promise<ToolOutcome>;
}

export type ToolInReach = RecordToolInReach | OutsideToolInReach;
