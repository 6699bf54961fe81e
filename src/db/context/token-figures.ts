/** What a workspace has learned of each model's tokens: read before a call, bettered after it. */
import { learn, type TokenFigures, untaught } from '../../core/context/calibration.ts';
import type { Tx } from '../record.ts';

interface Model {
  provider: string;
  model: string;
}

export async function loadTokenFigures(tx: Tx, { provider, model }: Model): Promise<TokenFigures> {
  const [row] = await tx.sql<TokenFigures>(
    'SELECT factor, samples FROM token_figures WHERE workspace_id = $1 AND provider = $2 AND model = $3',
    [tx.workspaceId, provider, model],
  );
  return row ?? untaught;
}

/** Nobody waits here: while somebody else learns of the same model, this prompt teaches nothing. */
export async function learnTokens(
  tx: Tx,
  { provider, model }: Model,
  seen: { estimated: number; reported: number },
): Promise<void> {
  const known = await loadTokenFigures(tx, { provider, model });
  const better = learn(known, seen);
  if (!better) return;
  const place = [tx.workspaceId, provider, model, better.factor, better.samples];
  if (known.samples === 0)
    await tx.sql(
      `INSERT INTO token_figures (workspace_id, provider, model, factor, samples) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
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
