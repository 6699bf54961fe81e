/**
 * One tool call: claim, call, settle. The claim runs what touches only the record; what leaves the process happens between two
 * transactions, with a heartbeat and its own time.
 */
import { ApplicationFailure } from '@temporalio/activity';
import type { JobInput, Standing } from '../src/contracts/corridor.ts';
import type { ClaimedTool } from '../src/db/calls/claim-tool.ts';
import type { Unsearched } from '../src/db/calls/search-failed.ts';
import type { ToolSettlement } from '../src/db/calls/settle-tool.ts';
import type { TaskRecord } from '../src/db/task-record.ts';
import type { SearchBy } from '../src/db/calls/tool-in-reach.ts';
import { guarded } from './failures.ts';
import { type Watch, watchJob } from './job.ts';
import { keepTrying } from './keep-trying.ts';
import { openSearch, type SearchParts, searchTurn, unsearchedByService } from './own-search.ts';
import { fulfilledBy, withItsRun } from './with-its-run.ts';

export interface ToolActivityParts extends SearchParts {
  tasks: TaskRecord;
  onCancel(handler: (id: string) => void): () => void;
}

export function createToolActivities(parts: ToolActivityParts) {
  return {
    callTool: guarded(async (input: JobInput): Promise<Standing> => {
      const watch = watchJob(input, parts.onCancel);
      try {
        return await withItsRun(parts.tasks, await callTool(parts, input, watch), { input, watch });
      } finally {
        watch.stop();
      }
    }),
  };
}

async function callTool(parts: ToolActivityParts, input: JobInput, watch: Watch): Promise<Standing> {
  const { tasks } = parts;
  const { workspaceId, id: taskId, key } = input;
  const asker = { workspaceId, now: watch.now(), ...fulfilledBy(input) };
  const claim = await tasks.claimTool(asker, { taskId, key });
  if ('over' in claim) return claim.over;
  const { claimed } = claim;
  const registry = parts.registryOf(workspaceId);
  const later = await searchTurn(parts, claimed, { registry, watch });
  if (later) {
    const postponement = { taskId, key, try: claimed.try, ...later };
    return keepTrying(() => tasks.postponeModelCall({ workspaceId, now: watch.now() }, postponement));
  }
  const search = openSearch(parts, claimed, registry);
  const startedAt = performance.now();
  const by = search?.port ?? (claimed.service && { service: claimed.service });
  const done = await carryOut(claimed, { input, watch, searchBy: by });
  const ledger = search && { ledger: search.closing(watch.signal.aborted) };
  const end = by ? searchEnd(done, search?.unsearched ?? unsearchedByService) : done;
  const settlement = { taskId, key, try: claimed.try, ms: performance.now() - startedAt, end, ...ledger };
  const { again, ...standing } = await keepTrying(() =>
    tasks.settleTool({ workspaceId, now: watch.now() }, settlement),
  );
  if (again && end.as === 'unsearched') throw toBeRepeated(end);
  return standing;
}

type End = ToolSettlement['end'];

/** Whatever is wrong with a search, somebody else may make it. */
function searchEnd(end: End, unsearched: (why: string) => Unsearched): End {
  return end.as === 'answered' && end.answer.isError ? unsearched(end.answer.text) : end;
}

function toBeRepeated({ why, outage }: Unsearched): ApplicationFailure {
  const nextRetryDelay = outage?.retryAfterMs ?? null;
  return ApplicationFailure.create({
    message: why,
    type: 'unavailable',
    ...(nextRetryDelay === null ? {} : { nextRetryDelay }),
  });
}

interface Carrying {
  input: JobInput;
  watch: Watch;
  searchBy: SearchBy | undefined;
}

/** Ends when the tool does, when it is cancelled, or when its time is over, whether the tool listens to its signal or not. */
async function carryOut(
  { tool, effect, args, key }: ClaimedTool,
  { input: { workspaceId, id: taskId }, watch, searchBy }: Carrying,
): Promise<End> {
  const time = AbortSignal.timeout(tool.timeoutMs);
  const signal = AbortSignal.any([watch.signal, time]);
  const over = new Promise<'over'>((resolve) => {
    signal.addEventListener('abort', () => setTimeout(resolve, graceMs, 'over'), { once: true });
    if (signal.aborted) resolve('over');
  });
  try {
    const place = { key, workspaceId, taskId, signal, ...(searchBy ? { searchBy } : {}) };
    const answer = await Promise.race([tool.run(place, args), over]);
    if (answer !== 'over') return { as: 'answered', answer };
  } catch (error) {
    if (!signal.aborted) return broken(effect, `It failed: ${messageOf(error)}`);
  }
  if (watch.signal.aborted) return effect === 'at_most_once' ? stoppedMidway : { as: 'stopped' };
  return broken(effect, `It took longer than ${Math.round(tool.timeoutMs / 1000)} s.`);
}

/** A tool that was told to stop may still say what it did. */
const graceMs = 250;

const stoppedMidway = { as: 'unknown', why: 'It was stopped while it was under way.' } as const;

function broken(effect: ClaimedTool['effect'], why: string): End {
  return effect === 'at_most_once'
    ? { as: 'unknown', why }
    : { as: 'answered', answer: { text: why, isError: true } };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
