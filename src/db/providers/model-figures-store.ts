/**
 * What a workspace has learned of its models, kept as running figures: written where a call is settled, read where one is routed, never
 * counted by scanning.
 *
 * 1. Nobody waits for these rows: samples that find their row held by another settlement go with a later one. They are figures, not accounts.
 *    An insert must not meet a row that is being changed either: even one that does nothing on a conflict waits for it.
 * 2. A process reads them at most every few seconds: what was learned meanwhile is early enough for the next call.
 */
import {
  type CallSample,
  type Experience,
  figuresOf,
  learn,
  type LearnedFigures,
} from '../../core/model-experience.ts';
import type { TaskClass } from '../../core/route-model.ts';
import type { Tx } from '../record.ts';

export interface CallPlace {
  provider: string;
  model: string;
  class: TaskClass;
}

/** Of one place and process. What comes in between is written together: two hundred settlements a second teach no more than some of them. */
const writesASecond = 2;
/** Samples and places in memory at once; more are left out. */
const mostSamples = 50;
const mostPlaces = 1000;
const unwritten = new Map<string, { samples: CallSample[]; second: number; writes: number }>();

export async function noteCall(
  tx: Tx,
  called: CallPlace,
  { sample, now }: { sample: CallSample; now: Date },
): Promise<void> {
  const key = JSON.stringify([tx.workspaceId, called.provider, called.model, called.class]);
  const held = unwritten.get(key) ?? { samples: [], second: 0, writes: 0 };
  if (unwritten.size < mostPlaces) unwritten.set(key, held);
  held.samples.push(sample);
  if (held.samples.length > mostSamples) held.samples.shift();
  const second = Math.floor(Date.now() / 1000);
  if (held.second !== second) Object.assign(held, { second, writes: 0 });
  if (held.writes >= writesASecond) return;
  held.writes += 1;
  const samples = held.samples.splice(0);
  if (!(await writeSamples(tx, called, { samples, now }))) held.samples.push(...samples);
}

/** @returns false when somebody else holds the row */
async function writeSamples(
  tx: Tx,
  { provider, model, class: name }: CallPlace,
  { samples, now }: { samples: CallSample[]; now: Date },
): Promise<boolean> {
  const place = [tx.workspaceId, provider, model, name];
  const [row] = await tx.sql<{ figures: Experience }>(
    `SELECT figures FROM model_figures WHERE workspace_id = $1 AND provider = $2 AND model = $3 AND class = $4 FOR UPDATE SKIP LOCKED`,
    place,
  );
  const figures = samples.reduce<Experience | null>(
    (known, sample) => learn(known, sample, now.getTime()),
    row?.figures ?? null,
  );
  const written = await tx.sql(
    row
      ? `UPDATE model_figures SET figures = $5, updated_at = now() WHERE workspace_id = $1 AND provider = $2 AND model = $3 AND class = $4 RETURNING 1`
      : `INSERT INTO model_figures (workspace_id, provider, model, class, figures) SELECT $1, $2, $3, $4, $5::jsonb
          WHERE NOT EXISTS (SELECT 1 FROM model_figures WHERE workspace_id = $1 AND provider = $2 AND model = $3 AND class = $4)
         ON CONFLICT DO NOTHING RETURNING 1`,
    [...place, JSON.stringify(figures)],
  );
  return written.length > 0;
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
  const read = new Map<string, { until: number; figures: LearnedModels }>();
  return async (tx) => {
    const known = read.get(tx.workspaceId);
    if (known && known.until > Date.now()) return known.figures;
    const figures = await readFigures(tx);
    read.delete(tx.workspaceId);
    read.set(tx.workspaceId, { until: Date.now() + keptMs, figures });
    const [oldest] = read.keys();
    if (read.size > mostKept && oldest !== undefined) read.delete(oldest);
    return figures;
  };
}
