import type { TokenCounter } from '../../core/context/token-counter.ts';
import type { ModelCandidate } from '../../core/route-model.ts';
import type { ToolInReach } from '../calls/tool-in-reach.ts';
import type { LearnedModels } from '../providers/model-figures-store.ts';
import type { Tx } from '../record.ts';

/** What a decision needs besides the record. `now` comes from the Temporal workflow's clock. */
export interface World {
  now: Date;
  models: readonly ModelCandidate[];
  /** Of the workspace, as of this transaction. */
  tools: readonly ToolInReach[];
  /** Who counts a model's tokens; absent: they are estimated. */
  counterOf?(model: ModelCandidate): Promise<TokenCounter>;
  /** What was learned of them, as of some seconds ago. */
  learned?(tx: Tx): Promise<LearnedModels>;
  /**
   * Before somebody decides to wait for a model: the world of now when the workspace's providers were changed meanwhile, else null; and
   * they are not changed before this transaction ends.
   */
  fresher?(tx: Tx): Promise<World | null>;
}
