/**
 * What a workspace has learned of its models, kept as running figures: written where a call is settled, read where one is routed, never
 * counted by scanning.
 *
 * 1. Nobody waits for these rows: a sample that finds its row held by another settlement is left out. They are figures, not accounts.
 * 2. A process reads them at most every few seconds: what was learned meanwhile is early enough for the next call.
 */
import {
  type CallSample,
  type Experience,
  figuresOf,
  learn,
  type LearnedFigures,
} from '../core/model-experience.ts';
import type { TaskClass } from '../core/route-model.ts';
import type { Tx } from './record.ts';

export interface CallPlace {
  provider: string;
  model: string;
  class: TaskClass;
}

export async function noteCall(
  tx: Tx,
  { provider, model, class: name }: CallPlace,
  { sample, now }: { sample: CallSample; now: Date },
): Promise<void> {
  const place = [tx.workspaceId, provider, model, name];
  const [row] = await tx.sql<{ figures: Experience }>(
    `SELECT figures FROM model_figures WHERE workspace_id = $1 AND provider = $2 AND model = $3 AND class = $4 FOR UPDATE SKIP LOCKED`,
    place,
  );
  const figures = JSON.stringify(learn(row?.figures ?? null, sample, now.getTime()));
  await tx.sql(
    row
      ? `UPDATE model_figures SET figures = $5, updated_at = now() WHERE workspace_id = $1 AND provider = $2 AND model = $3 AND class = $4`
      : `INSERT INTO model_figures (workspace_id, provider, model, class, figures) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [...place, figures],
  );
}

/** By class, then by `provider/model`. */
export type LearnedModels = ReadonlyMap<string, ReadonlyMap<string, LearnedFigures>>;

export async function readFigures(tx: Tx): Promise<LearnedModels> {
  const rows = await tx.sql<CallPlace & { figures: Experience }>(
    'SELECT provider, model, class, figures FROM model_figures WHERE workspace_id = $1',
    [tx.workspaceId],
  );
  const classes = new Map<string, Map<string, LearnedFigures>>();
  for (const { provider, model, class: name, figures } of rows) {
    const models = classes.get(name) ?? new Map<string, LearnedFigures>();
    classes.set(name, models.set(`${provider}/${model}`, figuresOf(figures)));
  }
  return classes;
}

const keptMs = 5_000;
/** Workspaces in memory at once. */
const mostKept = 500;

export function createFiguresReader(): (tx: Tx) => Promise<LearnedModels> {
  const kept = new Map<string, { until: number; figures: LearnedModels }>();
  return async (tx) => {
    const known = kept.get(tx.workspaceId);
    if (known && known.until > Date.now()) return known.figures;
    const figures = await readFigures(tx);
    kept.delete(tx.workspaceId);
    kept.set(tx.workspaceId, { until: Date.now() + keptMs, figures });
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
    return figures;
  };
}
