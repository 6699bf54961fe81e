import type { Tx } from './record.ts';

interface PassageHit {
  fileId: string;
  fileName: string;
  n: number;
  label: string;
  text: string;
}

/** Full-text search over the files of one task, best first. Words that match nothing fall back to similar ones. */
export async function searchTaskPassages(
  tx: Tx,
  taskId: string,
  query: { words: string; limit: number },
): Promise<PassageHit[]> {
  return tx.sql<PassageHit>(
    `SELECT p.file_id, f.name AS file_name, p.n, p.anchor->>'label' AS label, p.text
       FROM task_files tf JOIN files f ON f.id = tf.file_id JOIN passages p ON p.file_id = f.id,
            websearch_to_tsquery('english', $2) q, to_tsvector('english', p.text) v
      WHERE tf.task_id = $1 AND (v @@ q OR p.text ILIKE '%' || $4 || '%')
      ORDER BY ts_rank(v, q) DESC, p.file_id, p.n LIMIT $3`,
    [taskId, query.words, query.limit, query.words.replace(/[\\%_]/g, '\\$&')],
  );
}

/** A part of one file of the task, by its id or name. */
export async function readTaskPassages(
  tx: Tx,
  taskId: string,
  part: { file: string; from: number; characters: number },
): Promise<{ passages: PassageHit[]; next: number | null } | null> {
  const [file] = await tx.sql<{ id: string; name: string }>(
    `SELECT f.id, f.name FROM task_files tf JOIN files f ON f.id = tf.file_id WHERE tf.task_id = $1 AND (f.id = $2 OR f.name = $2) LIMIT 1`,
    [taskId, part.file],
  );
  if (!file) return null;
  const rows = await tx.sql<PassageHit & { upto: number }>(
    `SELECT $1 AS file_id, $2 AS file_name, n, anchor->>'label' AS label, text, sum(length(text)) OVER (ORDER BY n)::int AS upto
       FROM passages WHERE file_id = $1 AND n >= $3 ORDER BY n LIMIT 2000`,
    [file.id, file.name, part.from],
  );
  const cut = rows.findIndex((row, i) => i > 0 && row.upto > part.characters);
  const passages = cut === -1 ? rows : rows.slice(0, cut);
  return { passages, next: cut === -1 ? null : (rows[cut]?.n ?? null) };
}
