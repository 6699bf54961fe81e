/** Loads what the prompt of a turn is made of. */
import { fileCharacters, type TurnFile } from '../../core/prompts/turn.ts';
import type { Failure } from '../../contracts/task.ts';
import type { SynthesisFacts } from '../../core/prompts/plan.ts';
import type { SourceFile } from '../../core/documents/passage.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';

interface FileRow {
  id: string;
  name: string;
  kind: string;
  pages: number | null;
}

async function filesOf(tx: Tx, taskId: string): Promise<FileRow[]> {
  return tx.sql<FileRow>(
    `SELECT f.id, f.name, f.kind, f.pages FROM task_files tf JOIN files f ON f.id = tf.file_id WHERE tf.task_id = $1 ORDER BY tf.position`,
    [taskId],
  );
}

/** The task's files with as much of their text as fits, shared out evenly. */
export async function loadTurnFiles(
  tx: Tx,
  taskId: string,
  characters = fileCharacters,
): Promise<TurnFile[]> {
  const files = await filesOf(tx, taskId);
  const share = Math.floor(characters / Math.max(1, files.length));
  const turnFiles: TurnFile[] = [];
  for (const file of files) turnFiles.push(await loadTurnFile(tx, file, share));
  return turnFiles;
}

async function loadTurnFile(tx: Tx, file: FileRow, characters: number): Promise<TurnFile> {
  const rows = await tx.sql<{ label: string; text: string; total: number }>(
    `SELECT label, text, total FROM (
       SELECT n, anchor->>'label' AS label, text, sum(length(text)) OVER (ORDER BY n)::int AS upto, sum(length(text)) OVER ()::int AS total
         FROM passages WHERE file_id = $1) p
      WHERE upto <= $2 OR n = 1 ORDER BY n`,
    [file.id, characters],
  );
  const passages = rows.map(({ label, text }) => ({ label, text: text.slice(0, characters) }));
  const shown = passages.reduce((sum, passage) => sum + passage.text.length, 0);
  return { ...file, passages, left: (rows[0]?.total ?? 0) - shown };
}

const mostPassages = 5000;

/** Whole documents, for methods that score their sentences. */
export async function loadDocuments(tx: Tx, taskId: string): Promise<SourceFile[]> {
  const files = await filesOf(tx, taskId);
  const documents: SourceFile[] = [];
  for (const file of files) {
    const passages = await tx.sql<SourceFile['passages'][number]>(
      `SELECT n, text, anchor, coalesce(heading, '') AS heading FROM passages WHERE file_id = $1 ORDER BY n LIMIT ${mostPassages}`,
      [file.id],
    );
    documents.push({ fileId: file.id, name: file.name, passages });
  }
  return documents;
}

/** What earlier attempts left: who, why it failed, and the last thing that it wrote. */
export async function loadEarlier(
  tx: Tx,
  task: TaskRow,
): Promise<{ agentName: string; error: Failure | null; said: string }[]> {
  const rows = await tx.sql<{ agentName: string; error: Failure | null; said: string | null }>(
    `SELECT g.name AS agent_name, a.error,
            (SELECT left(t.content->>'text', 8000) FROM transcript t
              WHERE t.task_id = a.task_id AND t.attempt = a.n AND t.role = 'assistant' ORDER BY t.seq DESC LIMIT 1) AS said
       FROM attempts a JOIN agents g ON g.id = a.agent_id WHERE a.task_id = $1 AND a.status = 'failed' ORDER BY a.n`,
    [task.id],
  );
  return rows.map((row) => ({ ...row, said: row.said ?? '' }));
}

/** The steps of the plan's run with what they brought, in the order of the definition. */
export async function loadStepResults(tx: Tx, runId: string): Promise<SynthesisFacts['steps']> {
  return tx.sql<SynthesisFacts['steps'][number]>(
    `SELECT s.key, coalesce(d.step->>'title', s.step_id) AS title, s.status, s.output, s.reason
       FROM runs r
       JOIN workflow_versions v ON v.workflow_id = r.workflow_id AND v.version = r.workflow_version
       CROSS JOIN LATERAL jsonb_array_elements(v.definition->'steps') WITH ORDINALITY AS d (step, position)
       JOIN steps s ON s.run_id = r.id AND s.key = d.step->>'id'
      WHERE r.id = $1 ORDER BY d.position`,
    [runId],
  );
}
