/**
 * What a workspace has learned of each model's tokens: read before a call, bettered after it. A process reads them at most every few seconds,
 * and nobody waits for a row of them: they are figures, not accounts.
 */
import { learn, type TokenFigures, untaught } from '../../core/context/calibration.ts';
import type { Tx } from '../record.ts';

interface Model {
  provider: string;
  model: string;
}

const keptMs = 5_000;
/** Models of workspaces in memory at once. */
const mostKept = 1000;
const kept = new Map<string, { until: number; figures: TokenFigures }>();

export async function loadTokenFigures(tx: Tx, { provider, model }: Model): Promise<TokenFigures> {
  const known = kept.get(keyOf(tx, { provider, model }));
  if (known && known.until > Date.now()) return known.figures;
  const [row] = await tx.sql<TokenFigures>(
    'SELECT factor, samples FROM token_figures WHERE workspace_id = $1 AND provider = $2 AND model = $3',
    [tx.workspaceId, provider, model],
  );
  return keep(tx, { provider, model }, row ?? untaught);
}

/** While somebody else learns of the same model, this prompt teaches only this process. */
export async function learnTokens(
  tx: Tx,
  { provider, model }: Model,
  seen: { estimated: number; reported: number },
): Promise<void> {
  const known = await loadTokenFigures(tx, { provider, model });
  const better = learn(known, seen);
  if (!better) return;
  keep(tx, { provider, model }, better);
  const place = [tx.workspaceId, provider, model, better.factor, better.samples];
  // An insert that does nothing on a conflict would still wait for a row that is being changed.
  if (known.samples === 0)
    await tx.sql(
      `INSERT INTO token_figures (workspace_id, provider, model, factor, samples) SELECT $1, $2, $3, $4::float8, $5::int
        WHERE NOT EXISTS (SELECT 1 FROM token_figures WHERE workspace_id = $1 AND provider = $2 AND model = $3) ON CONFLICT DO NOTHING`,
      place,
    );
  else
    await tx.sql(
      `UPDATE token_figures SET factor = $4, samples = $5, updated_at = now() WHERE (workspace_id, provider, model) IN (
         SELECT workspace_id, provider, model FROM token_figures WHERE workspace_id = $1 AND provider = $2 AND model = $3
            FOR UPDATE SKIP LOCKED)`,
      place,
    );
}

function keyOf({ workspaceId }: Tx, { provider, model }: Model): string {
  return JSON.stringify([workspaceId, provider, model]);
}

function keep(tx: Tx, model: Model, figures: TokenFigures): TokenFigures {
  const key = keyOf(tx, model);
  kept.delete(key);
  kept.set(key, { until: Date.now() + keptMs, figures });
  const [oldest] = kept.keys();
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
  return figures;
}
