/** Makes the request of a model call from the record: which model, which text. Runs inside the claim. */
import type { ModelCandidate, ModelOutage, RouteDecision } from '../../core/route-model.ts';
import { chiefSystem, hearingMessage, planMessage, synthesisMessage } from '../../core/prompts/plan.ts';
import { operatorSystem, taskMessage } from '../../core/prompts/turn.ts';
import { hearing } from '../../core/task/messages.ts';
import { classOfPurpose, routeWork } from '../../core/task/outage.ts';
import type { CurrentAttempt } from '../../core/task/snapshot.ts';
import { workflowJsonSchema } from '../../core/workflow/json-schema.ts';
import { AppError } from '../../errors.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { TaskRow } from '../mappings/task.ts';
import { showMessages } from '../messages/in-turn.ts';
import type { Tx } from '../record.ts';
import { loadTeam } from '../standing/load-team.ts';
import type { World } from '../standing/world.ts';
import type { CallMessage, CallRequest, CompleteRequest, ScoreUse } from './call-plan.ts';
import { prepareScore } from './prepare-score.ts';
import { appendTranscript, type NewLine } from './transcript.ts';
import { loadEarlier, loadStepResults, loadTranscript, loadTurnFiles } from './turn-context.ts';

export interface CallContext {
  tx: Tx;
  task: TaskRow;
  effect: EffectRow;
  current: CurrentAttempt;
  world: World;
  outages: ModelOutage[];
}

export interface Prepared {
  request: CallRequest;
  score: ScoreUse | null;
}

export async function prepareCall(context: CallContext, model: ChosenModel): Promise<Prepared> {
  if (classOfPurpose(context.effect.purpose) === 'score') return prepareScore(context, model);
  return { request: await prepareComplete(context, model), score: null };
}

export interface ChosenModel {
  provider: string;
  model: string;
  reason: string;
}

export function route({ current, world, effect, outages }: CallContext): RouteDecision<ModelCandidate> {
  return routeWork({ models: world.models, outages, current, purpose: effect.purpose });
}

async function prepareComplete(context: CallContext, model: ChosenModel): Promise<CompleteRequest> {
  const { tx, task, effect, current } = context;
  const { spec } = current.agent;
  const before = await loadTranscript(tx, task);
  const lines: NewLine[] = [];
  if (before.length === 0) lines.push(userLine(effect.turn, await openingOf(context)));
  if (effect.purpose === 'synthesis') lines.push(userLine(effect.turn, await synthesisOf(context)));
  if (typeof effect.input.repair === 'string') lines.push(userLine(effect.turn, effect.input.repair));
  const shown = await showMessages(tx, task, { effect, first: before.length === 0 });
  for (const text of shown.texts) lines.push(userLine(effect.turn, text));
  if (effect.purpose === hearing) lines.push(userLine(effect.turn, await hearingOf(context)));
  const messagesTo = lines.length > 0 ? await appendTranscript(tx, task, lines) : (before.at(-1)?.seq ?? 0);
  const chief = task.role === 'chief_of_staff';
  return {
    kind: 'complete',
    ...model,
    system: chief
      ? chiefSystem(current.agent)
      : operatorSystem({ agent: current.agent, outputSchema: task.outputSchema }),
    tools: chief ? [] : spec.tools.filter((tool) => context.world.tools.some(({ name }) => name === tool)),
    outputSchema: schemaOf(effect.purpose),
    maxOutputTokens:
      effect.purpose === 'plan'
        ? Math.max(8_000, spec.modelPolicy.maxOutputTokens)
        : spec.modelPolicy.maxOutputTokens,
    temperature: spec.modelPolicy.temperature,
    messagesTo,
    ...(shown.ids.length > 0 ? { messages: shown.ids } : {}),
  };
}

function userLine(turn: number, text: string): NewLine {
  return { role: 'user', turn, content: { text } };
}

/** A step's own schema is told in words and checked afterwards: it may use more of JSON Schema than strict output allows. */
function schemaOf(purpose: string): CompleteRequest['outputSchema'] {
  return purpose === 'plan'
    ? { name: 'workflow', schema: workflowJsonSchema as Record<string, unknown> }
    : null;
}

async function openingOf({ tx, task, current, world }: CallContext): Promise<string> {
  const files = await loadTurnFiles(tx, task.id);
  if (task.role === 'chief_of_staff') {
    return planMessage({ agent: current.agent, goal: task.goal, files, team: await loadTeam(tx, world) });
  }
  const earlier = await loadEarlier(tx, task);
  const { goal, title, context, outputSchema } = task;
  return taskMessage({ agent: current.agent, goal, title, context, outputSchema, files, earlier });
}

async function synthesisOf({ tx, task }: CallContext): Promise<string> {
  if (!task.planRunId) throw new AppError('internal', `Task ${task.id} has no run to write a synthesis of.`);
  return synthesisMessage({ goal: task.goal, steps: await loadStepResults(tx, task.planRunId) });
}

async function hearingOf({ tx, task }: CallContext): Promise<string> {
  return hearingMessage(task.planRunId ? await loadStepResults(tx, task.planRunId) : []);
}

/** The conversation so far in the model port's words. */
export async function messagesOf(tx: Tx, task: TaskRow, upTo: number): Promise<CallMessage[]> {
  const lines = await loadTranscript(tx, task);
  return lines.filter((line) => line.seq <= upTo).map((line) => ({ role: line.role, ...line.content }));
}
