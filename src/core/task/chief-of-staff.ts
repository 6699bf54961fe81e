/**
 * A Chief of Staff's task: plan → run → synthesis. The plan is written by a model that is fit to plan, and repaired with the list of
 * its problems at most twice, then the task fails; where there is none, the best fitting template is chosen by a model that can score.
 */
import { notInPlans } from '../workflow/not-executable.ts';
import { parseDefinition } from '../workflow/parse-definition.ts';
import { planProblemsText } from '../workflow/plan-problems.ts';
import { validateDefinition } from '../workflow/validate-definition.ts';
import type { WorkflowDefinition } from '../../contracts/workflow.ts';
import type { Problem } from '../../errors.ts';
import { isFinished } from '../../contracts/status.ts';
import { routeModel } from '../route-model.ts';
import { resultOf } from './result-of.ts';
import type {
  CurrentAttempt,
  EffectFacts,
  ReplyOutcome,
  TaskMove,
  TaskSnapshot,
  TemplateOutcome,
} from './snapshot.ts';

export const planTries = 3;

export function chiefOfStaffMove(snapshot: TaskSnapshot, current: CurrentAttempt): TaskMove {
  const last = snapshot.effects.at(-1);
  if (last && (last.status === 'failed' || last.status === 'abandoned')) {
    return {
      move: 'endAttempt',
      error: last.error ?? { code: 'model_failed', message: 'The model call did not end.' },
    };
  }
  if (snapshot.planRun) return afterRun(snapshot, last);
  if (!last) return firstLook(snapshot, current, 0);
  if (last.purpose === 'choose_template') return afterTemplateChoice(snapshot, current, last);
  return afterPlan(snapshot, last);
}

function policyOf(current: CurrentAttempt) {
  const { preferred, allowed } = current.agent.spec.modelPolicy;
  return { preferred, ...(allowed ? { allowed } : {}) };
}

function firstLook({ models }: TaskSnapshot, current: CurrentAttempt, turn: number): TaskMove {
  const planner = routeModel(models, { class: 'plan', ...policyOf(current) });
  if (planner.choice) return { move: 'call', turn: turn + 1, effects: [{ kind: 'model', purpose: 'plan' }] };
  if (turn > 0) return { move: 'rest' };
  const scorer = routeModel(models, { class: 'score', ...policyOf(current) });
  if (scorer.choice)
    return { move: 'call', turn: 1, effects: [{ kind: 'model', purpose: 'choose_template' }] };
  return { move: 'wait', for: 'model', detail: `No configured model can plan this goal. ${addKey}` };
}

const addKey = 'Add an API key or a larger local model; the task goes on by itself then.';

function afterTemplateChoice(snapshot: TaskSnapshot, current: CurrentAttempt, last: EffectFacts): TaskMove {
  const chosen = last.outcome as TemplateOutcome;
  if (chosen.workflowId) {
    return {
      move: 'startPlan',
      plan: { workflowId: chosen.workflowId },
      origin: 'template',
      reason: chosen.reason,
    };
  }
  const planned = firstLook(snapshot, current, last.turn);
  if (planned.move !== 'rest') return planned;
  return {
    move: 'wait',
    for: 'model',
    detail: `${chosen.reason} No configured model is fit to write a plan. ${addKey}`,
  };
}

function afterPlan(snapshot: TaskSnapshot, last: EffectFacts): TaskMove {
  const reply = last.outcome as ReplyOutcome;
  if (reply.stop === 'refused')
    return {
      move: 'endAttempt',
      error: { code: 'model_refused', message: 'The model refused to plan this goal.' },
    };
  const checked = checkPlan(snapshot, reply.text);
  if (checked.definition) {
    return {
      move: 'startPlan',
      plan: { definition: checked.definition },
      origin: 'model',
      reason: 'Written for this goal.',
    };
  }
  const tries = snapshot.effects.filter((effect) => effect.purpose === 'plan').length;
  const reason = summaryOf(checked.problems);
  if (tries >= planTries) {
    return {
      move: 'fail',
      error: { code: 'invalid_workflow', message: `No valid plan after ${tries} tries: ${reason}` },
    };
  }
  return {
    move: 'rejectPlan',
    reason,
    problems: checked.problems.length,
    turn: last.turn + 1,
    then: { kind: 'model', purpose: 'plan', input: { repair: planProblemsText(checked.problems) } },
  };
}

function checkPlan(
  { team, files }: TaskSnapshot,
  text: string,
): { definition?: WorkflowDefinition; problems: Problem[] } {
  const parsed = parseDefinition(text);
  if (!parsed.definition) return { problems: parsed.problems };
  const problems = [
    ...validateDefinition(parsed.definition, {
      agents: (team?.agents ?? []).filter((agent) => agent.role === 'master_operator'),
      tools: team?.tools ?? [],
      workflows: team?.workflows ?? [],
      hasChiefOfStaff: false,
    }),
    ...foreignFiles(parsed.definition, new Set(files.map((file) => file.id))),
    ...notInPlans(parsed.definition),
  ];
  return problems.length > 0 ? { problems } : { definition: parsed.definition, problems };
}

/** A plan may only name files that came with the goal. */
function foreignFiles(definition: WorkflowDefinition, known: Set<string>): Problem[] {
  return definition.steps.flatMap((step, i) => {
    if (step.kind !== 'agent') return [];
    return step.with.files.flatMap((file, j) =>
      file.includes('${{') || known.has(file)
        ? []
        : [
            {
              pointer: `/steps/${i}/with/files/${j}`,
              code: 'unknown_file',
              message: `The goal has no file ${file}.`,
            },
          ],
    );
  });
}

function summaryOf(problems: Problem[]): string {
  const first = problems.slice(0, 3).map((problem) => `${problem.pointer || '/'}: ${problem.message}`);
  const more = problems.length > 3 ? ` and ${problems.length - 3} more` : '';
  return first.join('; ') + more;
}

function afterRun(snapshot: TaskSnapshot, last: EffectFacts | undefined): TaskMove {
  const run = snapshot.planRun;
  if (!run || !isFinished(run.status))
    return { move: 'wait', for: 'children', detail: 'The plan is being carried out' };
  if (run.status === 'cancelled')
    return { move: 'fail', error: { code: 'cancelled', message: 'The run of its plan was cancelled.' } };
  if (run.status === 'failed')
    return { move: 'fail', error: run.error ?? { code: 'step_failed', message: 'The plan failed.' } };
  if (snapshot.task.planOrigin !== 'model') return { move: 'complete', result: resultOf(run.output) };
  if (last?.purpose !== 'synthesis') {
    return { move: 'call', turn: (last?.turn ?? 0) + 1, effects: [{ kind: 'model', purpose: 'synthesis' }] };
  }
  const reply = last.outcome as ReplyOutcome;
  if (reply.stop === 'length')
    return {
      move: 'endAttempt',
      error: { code: 'model_failed', message: 'The synthesis was cut off by the output limit.' },
    };
  if (reply.stop === 'refused')
    return {
      move: 'endAttempt',
      error: { code: 'model_refused', message: 'The model refused to write the synthesis.' },
    };
  return { move: 'complete', result: { markdown: reply.text, data: run.output } };
}
