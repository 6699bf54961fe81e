import type { StepChanges } from '../contracts/run.ts';
import type { RunRow } from '../db/mappings/run.ts';
import type { StepRow } from '../db/mappings/step.ts';
import type { Tx } from '../db/record.ts';
import { checkStepChanges } from './check-step-changes.ts';
import type { ToolsOf } from './tools-of.ts';

interface Changing {
  step: Pick<StepRow, 'stepId' | 'changes'>;
  /** The forEach whose item it is. */
  above: Pick<StepRow, 'changes'> | null;
  changes: StepChanges;
  /** Where the changes stand in the body of the request. */
  root: '' | '/changes';
  toolsOf?: ToolsOf | undefined;
}

/**
 * What a person changes now, over what was changed before: that stays, but for the fields that are named again.
 * @returns `given`: all changed fields of its `with` in the form of a definition; `kept`: what the row of the step keeps
 * @throws AppError invalid_workflow with a pointer for each problem; unknown_agent
 */
export async function mergeChanges(
  tx: Tx,
  run: RunRow,
  { step, above, changes, root, toolsOf }: Changing,
): Promise<{ given: Record<string, unknown>; kept: StepChanges }> {
  const own = merged(step.changes, changes);
  const all = merged(above?.changes ?? null, own);
  const { with: given = {} } = await checkStepChanges(tx, run, {
    stepId: step.stepId,
    changes: all,
    root,
    toolsOf,
  });
  return { given, kept: own.with ? { ...own, with: onlyOf(given, own.with) } : own };
}

function merged(before: StepChanges | null, now: StepChanges): StepChanges {
  const given = before?.with || now.with ? { with: { ...before?.with, ...now.with } } : {};
  return { ...before, ...now, ...given };
}

export function onlyOf(fields: Record<string, unknown>, named: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name in named));
}
