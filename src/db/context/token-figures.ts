/**
 * What a workspace has learned of each model's tokens: read before a call, bettered after it. A process reads them at most every few seconds,
 * and nobody waits for a row of them: they are figures, not accounts.
 */
import { learn, type TokenFigures, untaught } from '../../core/context/calibration.ts';
import type { Tx } from '../record.ts';

interface Counted {
  provider: string;
  model: string;
  /** Who counts before the model does. */
  counter: string;
}

const keptMs = 5_000;
/** Models of workspaces in memory at once. */
const mostKept = 1000;
const kept = new Map<string, { until: number; figures: TokenFigures }>();
const place = 'workspace_id = $1 AND provider = $2 AND model = $3 AND counter = $4';

export async function loadTokenFigures(tx: Tx, counted: Counted): Promise<TokenFigures> {
  const known = kept.get(keyOf(tx, counted));
  if (known && known.until > Date.now()) return known.figures;
  const { provider, model, counter } = counted;
  const [row] = await tx.sql<TokenFigures>(`SELECT factor, samples FROM token_figures WHERE ${place}`, [
    tx.workspaceId,
    provider,
    model,
    counter,
  ]);
  return keep(tx, counted, row ?? untaught);
}

/** While somebody else learns of the same model, this prompt teaches only this process. */
export async function learnTokens(
  tx: Tx,
  counted: Counted,
  seen: { estimated: number; reported: number },
): Promise<void> {
  const known = await loadTokenFigures(tx, counted);
  const better = learn(known, seen);
  if (!better) return;
  keep(tx, counted, better);
  const { provider, model, counter } = counted;
  const figures = [tx.workspaceId, provider, model, counter, better.factor, better.samples];
  // An insert that does nothing on a conflict would still wait for a row that is being changed.
  if (known.samples === 0)
    await tx.sql(
      `INSERT INTO token_figures (workspace_id, provider, model, counter, factor, samples) SELECT $1, $2, $3, $4, $5::float8, $6::int
        WHERE NOT EXISTS (SELECT 1 FROM token_figures WHERE ${place}) ON CONFLICT DO NOTHING`,
      figures,
    );
  else
    await tx.sql(
      `UPDATE token_figures SET factor = $5, samples = $6, updated_at = now() WHERE (workspace_id, provider, model, counter) IN (
         SELECT workspace_id, provider, model, counter FROM token_figures WHERE ${place} FOR UPDATE SKIP LOCKED)`,
      figures,
    );
}

function keyOf({ workspaceId }: Tx, { provider, model, counter }: Counted): string {
  return JSON.stringify([workspaceId, provider, model, counter]);
}

function keep(tx: Tx, counted: Counted, figures: TokenFigures): TokenFigures {
  const key = keyOf(tx, counted);
  kept.delete(key);
  kept.set(key, { until: Date.now() + keptMs, figures });
  const [oldest] = kept.keys();
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
  return figures;
}
