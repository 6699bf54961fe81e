/** Memory as one agent's task may use it: what it recalls, what it may write, what it may drop. */
import type { MemoryScope } from '../../contracts/memory.ts';
import { AppError } from '../../errors.ts';
import type { MemoryRow } from '../mappings/memory.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { factsText } from '../../core/memory/facts-text.ts';
import { dropFact, findFact, keepFact, pinnedFacts } from './memory-store.ts';
import { recallFacts } from './recall.ts';

export interface FactToKeep {
  text: string;
  scope: MemoryScope;
  confidence: number;
  /** Forgotten after so many days; null: kept. */
  days: number | null;
}

const dayMs = 24 * 3600 * 1000;

/** @param task whose current attempt asks; it works for the person who gave the goal */
export function agentMemory(tx: Tx, task: Pick<TaskRow, 'id' | 'agentId' | 'actor' | 'attempt'>) {
  const agentId = task.agentId ?? '';
  const personId = task.actor;
  const subjects: Record<MemoryScope, string> = {
    workspace: tx.workspaceId,
    agent: agentId,
    person: personId,
  };
  const mine = ({ scope, subjectId }: MemoryRow) => subjects[scope] === subjectId;
  return {
    remember: async ({ text, scope, confidence, days }: FactToKeep) => {
      try {
        return await keepFact(tx, {
          scope,
          subjectId: subjects[scope],
          text,
          confidence,
          untrusted: await hasReadOutsideText(tx, task),
          pinned: false,
          expiresAt: days === null ? null : new Date(Date.now() + days * dayMs),
          source: { kind: 'agent', id: agentId, name: await nameOf(tx, agentId), taskId: task.id },
        });
      } catch (error) {
        if (error instanceof AppError) return { problem: error.userMessage };
        throw error;
      }
    },
    recall: (query: string, limit: number) =>
      recallFacts(tx, { agentId, personId, query, limit, now: new Date() }),
    forget: async (id: string): Promise<'forgotten' | 'unknown' | 'kept'> => {
      const row = await findFact(tx, id);
      if (!row || !mine(row)) return 'unknown';
      if (!row.byAgent) return 'kept';
      await dropFact(tx, id);
      return 'forgotten';
    },
  };
}

/** What people have pinned for this agent, as its first message tells it; empty when there is nothing. */
export async function pinnedText(tx: Tx, task: Pick<TaskRow, 'agentId' | 'actor'>): Promise<string> {
  const facts = await pinnedFacts(tx, { agentId: task.agentId ?? '', personId: task.actor });
  return facts.length === 0 ? '' : factsText(facts);
}

/**
 * What an agent writes after it has read a file, a tool's answer, another agent's result or message may come from there: it stays doubtful until a
 * person confirms it.
 */
async function hasReadOutsideText(
  tx: Tx,
  { id, attempt }: Pick<TaskRow, 'id' | 'attempt'>,
): Promise<boolean> {
  const [row] = await tx.sql<{ read: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM task_files WHERE task_id = $1)
         OR EXISTS (SELECT 1 FROM tasks WHERE id = $1 AND (parent_id IS NOT NULL OR context <> '{}'))
         OR EXISTS (SELECT 1 FROM transcript WHERE task_id = $1 AND attempt = $2 AND role = 'tool'
                      AND content->>'name' <> ALL ($3)) AS read`,
    [id, attempt, ownWords],
  );
  return row?.read ?? true;
}

/** Tools whose answers bring nothing from outside. */
const ownWords = ['remember', 'forget', 'calculate'];

async function nameOf(tx: Tx, agentId: string): Promise<string> {
  const [row] = await tx.sql<{ name: string }>('SELECT name FROM agents WHERE id = $1', [agentId]);
  return row?.name ?? 'an agent';
}
