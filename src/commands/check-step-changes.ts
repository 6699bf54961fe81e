import type { StepChanges } from '../contracts/run.ts';
import { Step } from '../contracts/workflow.ts';
import { changeStep, changeSteps } from '../core/workflow/change-step.ts';
import { checkDefinition } from '../core/workflow/validate-definition.ts';
import type { RunRow } from '../db/mappings/run.ts';
import type { Tx } from '../db/record.ts';
import { readWorkflowWorld } from '../db/workflow-world.ts';
import { findVersion } from '../db/workflow-store.ts';
import { AppError, type Problem } from '../errors.ts';
import { type ToolsOf, toolNames } from './tools-of.ts';

interface Changed {
  stepId: string;
  changes: StepChanges;
  /** Where the changes stand in the body of the request. */
  root: '' | '/changes';
  /** Absent: only the tools that the definition names are known. */
  toolsOf?: ToolsOf | undefined;
}

/**
 * Whether a step could be saved as a person has changed it: its form, references to steps before it, expressions, known agents.
 * @returns the changed fields of its `with` in the form of a definition
 * @throws AppError invalid_workflow with a pointer for each problem; unknown_agent
 */
export async function checkStepChanges(
  tx: Tx,
  run: RunRow,
  changed: Changed,
): Promise<Pick<StepChanges, 'with'>> {
  const { stepId, changes, root } = changed;
  if (changes.agentId) await requireOperatorAgent(tx, changes.agentId, root);
  const found = await findVersion(tx, run.workflowId, run.workflowVersion);
  const position = found?.definition.steps.findIndex((step) => step.id === stepId) ?? -1;
  const step = found?.definition.steps[position];
  if (!found || !step) return {};
  const problems: Problem[] = [];
  for (const name of ['goal', 'agentId', 'instructions', 'model'] as const)
    if (changes[name] !== undefined && step.kind !== 'agent')
      problems.push({
        pointer: `${root}/${name}`,
        code: 'not_an_agent_step',
        message: `Step "${stepId}" is no agent step.`,
      });
  problems.push(...loosened(step, changes, root));
  if (changes.with)
    problems.push(...(await problemsOfInput(tx, { ...changed, found: found.definition, position })));
  if (problems.length > 0)
    throw new AppError('invalid_workflow', 'The step cannot be changed like this.', { problems });
  return changes.with ? { with: parsedFields(step, changes.with) } : {};
}

function parsedFields(step: Step, fields: Record<string, unknown>): Record<string, unknown> {
  const parsed: Record<string, unknown> = Step.parse(changeStep(step, fields)).with;
  return Object.fromEntries(Object.keys(fields).map((name) => [name, parsed[name]]));
}

/** Else whoever waits for two people's yes could do with one. */
function loosened(step: Step, { with: given }: StepChanges, root: string): Problem[] {
  if (step.kind !== 'approval' || !step.with.fourEyes || given?.fourEyes === undefined) return [];
  if (given.fourEyes === true) return [];
  const message = 'The workflow says that two people agree; a run of it cannot do with less.';
  return [{ pointer: `${root}/with/fourEyes`, code: 'not_allowed', message }];
}

interface Input extends Changed {
  found: Parameters<typeof changeSteps>[0];
  position: number;
}

/** Only what is wrong with this step: others may name an agent who has gone meanwhile. */
async function problemsOfInput(
  tx: Tx,
  { found, position, stepId, changes, root, toolsOf }: Input,
): Promise<Problem[]> {
  const changed = changeSteps(found, new Map([[stepId, changes.with ?? {}]]));
  const tools = [...found.steps.flatMap(toolsNamed), ...(toolsOf ? await toolNames(tx, toolsOf) : [])];
  const { problems } = checkDefinition(changed, await readWorkflowWorld(tx, tools));
  const place = `/steps/${position}`;
  // Of the whole: nested too deeply, too large. It was not so before.
  const ofWhole = problems.filter(({ pointer, code }) => pointer === '' && code !== 'more_problems');
  if (ofWhole.length > 0) return ofWhole.map((problem) => ({ ...problem, pointer: `${root}/with` }));
  return problems
    .filter(({ pointer }) => pointer === place || pointer.startsWith(`${place}/`))
    .map((problem) => ({ ...problem, pointer: `${root}${problem.pointer.slice(place.length)}` }));
}

function toolsNamed(step: Step): string[] {
  if (step.kind === 'tool') return [step.with.tool];
  return step.kind === 'agent' ? step.with.tools : [];
}

async function requireOperatorAgent(tx: Tx, agentId: string, root: string): Promise<void> {
  const [agent] = await tx.sql(
    `SELECT id FROM agents WHERE id = $1 AND workspace_id = $2 AND archived_at IS NULL AND role = 'master_operator'`,
    [agentId, tx.workspaceId],
  );
  if (agent) return;
  const message = `There is no Master Operator ${agentId}.`;
  const problems = [{ pointer: `${root}/agentId`, code: 'unknown_agent', message }];
  throw new AppError('unknown_agent', message, { problems });
}
