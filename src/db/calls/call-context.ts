/** What a claim knows while it makes its request, and what comes of it. */
import type { ModelFit, ModelOutage } from '../../core/route-model.ts';
import type { CurrentAttempt, TaskSnapshot } from '../../core/task/snapshot.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import type { World } from '../standing/world.ts';
import type { ConversationEntry } from '../context/conversation.ts';
import type { CallBody, CallRequest, RouteRecord, ScoreUse } from './call-plan.ts';
import type { CallEffect } from './claim-facts.ts';

export interface CallContext {
  tx: Tx;
  task: TaskRow;
  effect: CallEffect;
  current: CurrentAttempt;
  world: World;
  outages: ModelOutage[];
  hasFiles: boolean;
  /** Of the task, as its claim found them. */
  messages: TaskSnapshot['messages'];
  /** What the prompt needs of a window at least, once it was packed for a model that it does not fit. */
  contextTokens?: number;
  /** What would be good in a model for this. */
  wishes: ModelFit[];
  /** Ids of the messages that were shown by this claim; absent until the lines of this turn are written. */
  said?: string[];
  /** All of the conversation, when this claim has begun it: nobody has to read what was just written. */
  opening?: ConversationEntry[];
}

export interface Prepared {
  request: CallRequest;
  /** What the request is made of, as it is sent; null of a scoring call. */
  body: CallBody | null;
  score: ScoreUse | null;
}

export interface ChosenModel {
  provider: string;
  model: string;
  reason: string;
  /** Absent where the call keeps the model that it had. */
  route?: RouteRecord;
}
