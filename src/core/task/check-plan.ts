/** A plan as a model wrote it, checked against the team and the goal. Whatever it is, the answer is a plan that may run, or its problems. */
import { unstorable } from '../../contracts/storable.ts';
import type { WorkflowDefinition } from '../../contracts/workflow.ts';
import type { Problem } from '../../errors.ts';
import { notInPlans } from '../workflow/not-in-plans.ts';
import { parseDefinition } from '../workflow/parse-definition.ts';
import { inReadingOrder, splicePlan } from '../workflow/splice-plan.ts';
import { validateDefinition } from '../workflow/validate-definition.ts';
import type { PlanChanges } from '../../contracts/plan.ts';
import type { PlanUnderWay, TaskSnapshot } from './snapshot.ts';
import { headOf } from '../context/clip.ts';

export interface CheckedPlan {
  /** Null when something is wrong. */
  definition: WorkflowDefinition | null;
  problems: Problem[];
  changes: PlanChanges | null;
}

export type PlanWorld = Pick<TaskSnapshot, 'team' | 'files'> & {
  /** Null: the product's own limit. */
  maxSteps: number | null;
};

/** `underWay`: what is given is the new rest of this plan. */
export function checkPlan(
  given: unknown,
  world: PlanWorld,
  underWay: PlanUnderWay | null = null,
): CheckedPlan {
  const parsed = parseDefinition(given);
  if (!parsed.definition) return { ...parsed, changes: null };
  const spliced = underWay ? splicePlan(underWay.definition, parsed.definition, underWay.rows) : null;
  const whole = spliced?.definition ?? parsed.definition;
  const storing = unstorable(whole);
  const problems = storing.length > 0 ? storing : problemsOf(whole, world);
  if (problems.length > 0) return { definition: null, problems, changes: null };
  return {
    definition: spliced ? inReadingOrder(spliced) : whole,
    problems,
    changes: spliced?.changes ?? null,
  };
}

function problemsOf(definition: WorkflowDefinition, { team, files, maxSteps }: PlanWorld): Problem[] {
  const world = {
    agents: (team?.agents ?? []).filter(({ role }) => role === 'master_operator'),
    tools: team?.tools ?? [],
    workflows: team?.workflows ?? [],
    hasChiefOfStaff: true,
    deciders: team?.deciders ?? 0,
    ...(maxSteps === null ? {} : { limits: { steps: maxSteps } }),
  };
  return [
    ...validateDefinition(definition, world),
    ...foreignFiles(definition, new Set(files.map(({ id }) => id))),
    ...notInPlans(
      definition,
      (team?.planTools ?? []).map(({ name }) => name),
    ),
  ];
}

/** A plan may only name files that came with the goal. */
function foreignFiles(definition: WorkflowDefinition, known: Set<string>): Problem[] {
  return definition.steps.flatMap((step, i) => {
    if (step.kind !== 'agent') return [];
    return step.with.files.flatMap((file, j) => {
      const problem = { code: 'unknown_file', message: `The goal has no file ${file}.` };
      return file.includes('${{') || known.has(file)
        ? []
        : [{ pointer: `/steps/${i}/with/files/${j}`, ...problem }];
    });
  });
}

export function summaryOf(problems: Problem[]): string {
  const first = problems.slice(0, 3).map((problem) => `${problem.pointer || '/'}: ${problem.message}`);
  const more = problems.length > 3 ? ` and ${problems.length - 3} more` : '';
  return headOf(first.join('; '), 1500) + more;
}
