/**
 * Facts that fit a question: those with all its words, else with some of them, else with words that are spelt like them. Only what the asking
 * agent may know: of the workspace, its own, and of the person it works for.
 */
import { rankFacts } from '../../core/memory/rank-facts.ts';
import type { MemoryRow } from '../mappings/memory.ts';
import type { Tx } from '../record.ts';
import { memoryColumns } from './memory-store.ts';

export interface RecallQuestion {
  agentId: string;
  personId: string;
  query: string;
  limit: number;
  now: Date;
}

/** Hits that are ranked at most: beyond that, the question is too wide for its words to tell more. */
const mostHits = 2_000;
/** Two letters that changed places in a word of seven leave a third of its threes. */
const likeEnough = 0.3;

export async function recallFacts(tx: Tx, question: RecallQuestion): Promise<MemoryRow[]> {
  const { query, limit, now } = question;
  const hits = await byWords(tx, question, allWords);
  if (hits.length < limit) add(hits, await byWords(tx, question, anyWord));
  if (hits.length === 0 && query.trim() !== '') add(hits, await bySpelling(tx, question));
  return rankFacts(hits, now).slice(0, limit);
}

type Hit = MemoryRow & { fits: number };

function add(hits: Hit[], more: Hit[]): void {
  const known = new Set(hits.map(({ id }) => id));
  hits.push(...more.filter(({ id }) => !known.has(id)));
}

const mine = `t.workspace_id = $1 AND (t.expires_at IS NULL OR t.expires_at > $4)
  AND ((t.scope = 'workspace' AND t.subject_id = $1) OR (t.scope = 'agent' AND t.subject_id = $2) OR (t.scope = 'person' AND t.subject_id = $3))`;

const allWords = `plainto_tsquery('english', $5)`;
const anyWord = `replace(plainto_tsquery('english', $5)::text, ' & ', ' | ')::tsquery`;

function whose(tx: Tx, { agentId, personId, now }: RecallQuestion): unknown[] {
  return [tx.workspaceId, agentId, personId, now];
}

/** Rows with every word fit better than rows with some, because each word adds to the rank. */
async function byWords(tx: Tx, question: RecallQuestion, words: string): Promise<Hit[]> {
  return tx.sql<Hit>(
    `SELECT ${memoryColumns}, ts_rank(t.search, ${anyWord}) AS fits
       FROM (SELECT * FROM memories t WHERE ${mine} AND t.search @@ ${words} LIMIT ${mostHits}) t
      ORDER BY fits DESC, t.id LIMIT ${question.limit * 5}`,
    [...whose(tx, question), question.query],
  );
}

/** With the words of facts that are spelt most alike, instead of those that were asked. */
async function bySpelling(tx: Tx, question: RecallQuestion): Promise<Hit[]> {
  await tx.sql(`SELECT set_config('pg_trgm.similarity_threshold', $1, true)`, [String(likeEnough)]);
  const [row] = await tx.sql<{ words: string | null }>(
    `SELECT string_agg(alike.word, ' ') AS words
       FROM unnest(tsvector_to_array(to_tsvector('simple', $2))) AS asked (word),
            LATERAL (SELECT w.word FROM memory_words w WHERE w.workspace_id = $1 AND w.word % asked.word
                      ORDER BY similarity(w.word, asked.word) DESC, w.word LIMIT 3) AS alike`,
    [tx.workspaceId, question.query.slice(0, 300)],
  );
  return row?.words ? byWords(tx, { ...question, query: row.words }, anyWord) : [];
}
