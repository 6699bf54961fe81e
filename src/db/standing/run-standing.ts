import type { Standing } from '../../contracts/corridor.ts';
import { isFinished } from '../../contracts/status.ts';
import { clip, headOf } from '../../core/context/clip.ts';
import { indexDefinition } from '../../core/workflow/definition-index.ts';
import { isRunning } from '../../core/workflow/step-rows.ts';
import type { LoadedStep } from '../run-store.ts';
import { type RunContext, titleOf } from './run-context.ts';

interface Asked {
  steps: LoadedStep[];
  wakeAt: number | null;
  /** Where tasks stand that were begun a moment ago. */
  firsts?: Map<string, Standing>;
  /** So far, in words. */
  cost: string;
}

/** The state that the Temporal workflow of a run is told: the tasks and nested runs that should be at work. */
export function runStanding(
  { run, definition }: RunContext,
  { steps: unordered, wakeAt, firsts, cost }: Asked,
): Standing {
  const { byId } = indexDefinition(definition);
  const place = ({ stepId }: LoadedStep) => byId.get(stepId)?.position ?? 0;
  // The same when asked again, however the rows were read.
  const steps = unordered.toSorted((a, b) => place(a) - place(b) || (a.index ?? -1) - (b.index ?? -1));
  const end = isFinished(run.status) ? (run.status as 'completed' | 'failed' | 'cancelled') : null;
  const atWork = end
    ? []
    : steps.filter((step) => isRunning(step.status) && (step.taskId !== null || step.childRunId !== null));
  const start = atWork.map((step) => {
    const kind = step.childRunId === null ? ('task' as const) : ('run' as const);
    const id = step.childRunId ?? step.taskId ?? '';
    const first = firsts?.get(id);
    return {
      key: `${kind}/${id}`,
      kind,
      id,
      ...(first ? { first } : {}),
      summary: clip(`Step ${step.key}: ${titleOf(definition, step.key)}`, 120),
    };
  });
  const waiting = end ? [] : steps.filter((step) => step.status === 'waiting');
  const done = steps.filter((step) => isFinished(step.status)).length;
  const details = [
    `**${clip(run.name, 120)}**`,
    `Status: ${run.status}; ${done} of ${steps.length} steps ended`,
    ...(atWork.length > 0 ? [`At work: ${clip(atWork.map((step) => step.key).join(', '), 200)}`] : []),
    ...(waiting.length > 0
      ? [`Waits: ${clip(waiting.map((step) => titleOf(definition, step.key)).join(', '), 200)}`]
      : []),
    `Cost so far: ${cost}`,
  ];
  return {
    version: run.version,
    start,
    cancel: [],
    wakeAt,
    end,
    status: run.status,
    agent: null,
    details: headOf(details.join('\n\n'), 500),
  };
}

export async function costOfRun(tx: RunContext['tx'], runId: string): Promise<string> {
  const [row] = await tx.sql<{ microUsd: number | null; unpriced: number }>(
    `SELECT sum(micro_usd)::float8 AS micro_usd, count(*) FILTER (WHERE micro_usd IS NULL AND outcome <> 'open')::int AS unpriced
       FROM ledger WHERE run_id = $1`,
    [runId],
  );
  return row && row.unpriced > 0 ? 'price not known' : `$${(Number(row?.microUsd ?? 0) / 1e6).toFixed(4)}`;
}
