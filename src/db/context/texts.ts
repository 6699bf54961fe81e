/** Texts that prompts are made of, kept once. */
import { createHash } from 'node:crypto';
import type { Tx } from '../record.ts';

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Texts that are known to be there, which they stay: what stands before the messages is the same from call to call. */
const mostKnown = 2000;
const known = new Set<string>();
/** In the order of their hashes: who keeps the same ones meets them in the same order. */
export function keepTexts(tx: Tx, texts: readonly string[]): void {
  const rows = [...new Set(texts)]
    .map((text) => ({ text, hash: hashOf(text) }))
    .filter(({ hash }) => !known.has(`${tx.workspaceId}/${hash}`));
  if (rows.length === 0) return;
  rows.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  tx.write(
    `INSERT INTO texts (workspace_id, hash, text) SELECT $1, hash, text FROM unnest($2::text[], $3::text[]) AS t (hash, text)
      WHERE NOT EXISTS (SELECT 1 FROM texts k WHERE k.workspace_id = $1 AND k.hash = t.hash) ON CONFLICT DO NOTHING`,
    [tx.workspaceId, rows.map(({ hash }) => hash), rows.map(({ text }) => text)],
  );
  tx.afterCommit(() => {
    if (known.size > mostKnown) known.clear();
    for (const { hash } of rows) known.add(`${tx.workspaceId}/${hash}`);
  });
}

export async function loadTexts(tx: Tx, hashes: readonly string[]): Promise<Map<string, string>> {
  if (hashes.length === 0) return new Map();
  const rows = await tx.sql<{ hash: string; text: string }>(
    'SELECT hash, text FROM texts WHERE workspace_id = $1 AND hash = ANY ($2)',
    [tx.workspaceId, [...new Set(hashes)]],
  );
  return new Map(rows.map(({ hash, text }) => [hash, text]));
}
