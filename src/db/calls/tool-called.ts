import type { ToolCard } from '../../contracts/tool-card.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';

/** How it went, in one word. Lost: it was claimed and nobody knows whether it happened. */
export type ToolSaid = 'ok' | 'failed' | 'waits' | 'refused' | 'stopped' | 'lost';

interface Called {
  effect: Pick<EffectRow, 'key' | 'purpose'>;
  /** Null for a method, and for a tool that is not there. */
  card: Pick<ToolCard, 'risk' | 'effect'> | null;
  outcome: ToolSaid;
  ms: number;
}

export function emitToolCalled(tx: Tx, task: TaskRow, { effect, card, outcome, ms }: Called): void {
  const data = {
    tool: effect.purpose,
    key: effect.key,
    risk: card?.risk ?? null,
    effect: card?.effect ?? null,
    outcome,
    ms: Math.round(ms),
  };
  tx.emit({ stream: `task/${task.id}`, type: 'tool.called', data }, { rootTaskId: task.rootId });
}
