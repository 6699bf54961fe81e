/** What a tool of the record may see and do, over the transaction that its call is decided in. */
import type { EffectRow } from '../mappings/effect.ts';
import type { TaskRow } from '../mappings/task.ts';
import { readTaskPassages, searchTaskPassages } from '../passage-reads.ts';
import { agentMessages } from '../messages/agent-messages.ts';
import { type Withdrawal, withdrawQuestion } from '../messages/withdraw.ts';
import { agentMemory } from '../memories/agent-memory.ts';
import { readResult } from '../context/read-result.ts';
import type { Tx } from '../record.ts';
import { type Delegation, delegateTask, type ToolsThere } from '../standing/delegate.ts';
import { revisePlan } from '../standing/revise-plan.ts';

export type RecordToolContext = ReturnType<typeof toolContext>;

export interface ToolPlace {
  task: TaskRow;
  effect: EffectRow;
  world: ToolsThere;
}

export function toolContext(tx: Tx, { task, effect, world }: ToolPlace) {
  return {
    key: effect.key,
    delegate: (given: Delegation) => delegateTask(tx, { parent: task, world }, given),
    revisePlan: (reason: string) => revisePlan(tx, task, reason),
    withdrawQuestion: (given: Withdrawal) => withdrawQuestion(tx, task, given),
    ...agentMemory(tx, task),
    messages: agentMessages(tx, { task, effect }),
    readResult: (handle: string, from: number) => readResult(tx, task, { handle, from }),
    searchPassages: (words: string, limit: number) => searchTaskPassages(tx, task.id, { words, limit }),
    readPassages: (file: string, from: number, characters: number) =>
      readTaskPassages(tx, task.id, { file, from, characters }),
  };
}
