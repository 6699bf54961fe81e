/** What a claim looks at besides its task: the call, who makes it, and what is hardly ever there, so that nobody has to look for it one by one. */
import type { TaskSnapshot } from '../../core/task/snapshot.ts';
import type { ModelOutage } from '../../core/route-model.ts';
import type { EffectRow } from '../mappings/effect.ts';
import { taskMessages } from '../messages/task-messages.ts';
import type { Tx } from '../record.ts';
import { factInSql } from '../task-store.ts';

/** A model call that is to be made. */
export interface CallEffect extends EffectRow {
  /** Of its task's transcript; 0: it has none. */
  lastSeq: number;
  /** Its attempt has a transcript. */
  begun: boolean;
  /** A part of that has a summary. */
  summarised: boolean;
  /** People have pinned facts in this workspace. */
  hasPinned: boolean;
  /** Something waits in the mailbox of its task's agent. */
  hasMail: boolean;
}

export interface ClaimFacts {
  effect: CallEffect;
  /** As the agent's revision has it, without what a person has changed for this task. */
  current: TaskSnapshot['current'];
  outages: ModelOutage[];
  files: TaskSnapshot['files'];
  messages: NonNullable<TaskSnapshot['messages']>;
}

type FactsRow = CallEffect & {
  current: ClaimFacts['current'];
  outages: ClaimFacts['outages'] | null;
  files: ClaimFacts['files'] | null;
  messages: ClaimFacts['messages'] | null;
};

/** To be sent after the statement that locks the tasks. @returns what there is, by key */
export async function loadClaimFacts(tx: Tx, keys: readonly string[]): Promise<Map<string, ClaimFacts>> {
  const rows = await tx.sql<FactsRow>(claimFacts, [keys, tx.workspaceId]);
  return new Map(rows.map((row) => [row.key, factsOf(row)]));
}

function factsOf({ current, outages, files, messages, ...effect }: FactsRow): ClaimFacts {
  return { effect, current, outages: outages ?? [], files: files ?? [], messages: messages ?? [] };
}

const [task, attempt] = ['k.id', 'k.attempt'];
const claimFacts = `
  SELECT e.*,
         coalesce((SELECT max(t.seq) FROM transcript t WHERE t.task_id = e.task_id), 0) AS last_seq,
         EXISTS (SELECT 1 FROM transcript t WHERE t.task_id = e.task_id AND t.attempt = e.attempt) AS begun,
         EXISTS (SELECT 1 FROM summaries s WHERE s.task_id = e.task_id AND s.attempt = e.attempt) AS summarised,
         EXISTS (SELECT 1 FROM memories p WHERE p.workspace_id = e.workspace_id AND p.pinned) AS has_pinned,
         EXISTS (SELECT 1 FROM messages m WHERE m.to_id = k.agent_id AND m.to_kind = 'agent' AND m.state = 'accepted'
                    AND m.task_id IS NULL AND m.workspace_id = k.workspace_id) AS has_mail,
         (${factInSql.current(task, attempt)}) AS current, (${factInSql.files(task)}) AS files,
         (${factInSql.outages(task, '$2')}) AS outages, (${taskMessages(task, attempt)}) AS messages
    FROM effects e JOIN tasks k ON k.id = e.task_id WHERE e.key = ANY ($1) AND e.workspace_id = $2`;
