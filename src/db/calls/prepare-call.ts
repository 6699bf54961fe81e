/** Makes the request of a model call from the record: which model, which text. Runs inside the claim. */
import type { ModelCandidate } from '../../core/route-model.ts';
import type { ToolCard } from '../../contracts/tool-card.ts';
import { fitFacts, type Material } from '../../core/context/fit-facts.ts';
import type { LeftPart } from '../../core/context/pack.ts';
import { readResultName } from '../../core/context/results.ts';
import { estimateTokens } from '../../core/context/estimate-tokens.ts';
import { materialRoom, outputTokens, promptRoom } from '../../core/context/room.ts';
import { estimator, type TokenCounter } from '../../core/context/token-counter.ts';
import {
  askingMessage,
  goOnMessage,
  chiefSystem,
  hearingMessage,
  judgeMessage,
  planMessage,
  replanMessage,
  synthesisMessage,
  waitingPlanMessage,
} from '../../core/prompts/plan.ts';
import { chatSystem } from '../../core/prompts/chat.ts';
import { knownText, operatorSystem, taskMessage } from '../../core/prompts/turn.ts';
import { delegateTool } from '../../core/task/delegation.ts';
import { isAlwaysThere, isOfHearing } from '../../core/task/hearing-tools.ts';
import { verdictSchema } from '../../core/task/verdict.ts';
import { classOfPurpose } from '../../core/task/work-class.ts';
import { workflowJsonSchema } from '../../core/workflow/json-schema.ts';
import { AppError } from '../../errors.ts';
import { allEnded } from '../connection.ts';
import type { TaskRow } from '../mappings/task.ts';
import { chatOpening } from '../conversations/chat-context.ts';
import { pinnedText } from '../memories/agent-memory.ts';
import { showMessages } from '../messages/in-turn.ts';
import { loadProposedPlan, loadUnderWay } from '../plan-store.ts';
import { loadTeam } from '../standing/load-team.ts';
import type { World } from '../standing/world.ts';
import type { ConversationEntry } from '../context/conversation.ts';
import { type Frame, type OverWindow, packCall } from '../context/pack-call.ts';
import { tokensOfText } from '../context/count.ts';
import { hashOf, keepTexts } from '../context/texts.ts';
import { loadTokenFigures } from '../context/token-figures.ts';
import type { CallContext, ChosenModel, Prepared } from './call-context.ts';
import type { CompleteRequest } from './call-plan.ts';
import { tellLaterAnswers, tellOfOpenCalls } from './answer-tool.ts';
import { type Hearing, hearingTools, loadHearing } from './hearing-tools.ts';
import { prepareScore } from './prepare-score.ts';
import { appendTranscript, endsWithAnswer, type NewLine, type WrittenLine } from './transcript.ts';
import { loadEarlier, loadStepResults, loadTurnFiles } from './turn-context.ts';

/** `over`: the prompt does not fit into the window of this model, however it is cut. */
export async function prepareCall(context: CallContext, model: ChosenModel): Promise<Prepared | OverWindow> {
  if (classOfPurpose(context.effect.purpose) !== 'score') return prepareComplete(context, model);
  return { ...(await prepareScore(context, model)), body: null };
}

async function prepareComplete(context: CallContext, model: ChosenModel): Promise<Prepared | OverWindow> {
  const { tx, task, effect, current, world } = context;
  const { modelPolicy } = current.agent.spec;
  const kept = effect.request as CompleteRequest | null;
  const share = Number(effect.input.share ?? 1);
  const candidate = candidateOf(world, model);
  const output = outputTokens(candidate, {
    maxOutputTokens: modelPolicy.maxOutputTokens,
    purpose: effect.purpose,
    more: effect.input.more === true,
  });
  const heard = await loadHearing(context);
  const frame = frameOf(context, await hearingTools(context, heard));
  const frameText = JSON.stringify(frame);
  const counter = (await world.counterOf?.(candidate)) ?? estimator;
  // What is said at this turn is said once: another model is shown the same.
  context.said ??= kept
    ? (kept.messages ?? [])
    : await say(context, heard, {
        room: promptRoom(candidate, output, share) - tokensOfText(counter, frameText),
        readsOn: frame.tools.some(({ name }) => name === readResultName),
        count: counter.count,
      });
  const messages = context.said;
  const figures = await loadTokenFigures(tx, { ...model, counter: counter.name });
  const packed = await packCall(
    tx,
    { task, summarised: effect.summarised, opening: context.opening },
    {
      model: candidate,
      counter,
      figures,
      frame,
      output,
      share,
      purpose: effect.purpose,
    },
  );
  if ('over' in packed) return packed;
  keepTexts(tx, [frameText, ...packed.texts]);
  const { sent, packing, summary, mostTokens } = packed;
  const request: CompleteRequest = {
    kind: 'complete',
    ...model,
    frame: hashOf(frameText),
    tools: frame.tools.map(({ name }) => name),
    maxOutputTokens: output,
    temperature: modelPolicy.temperature,
    sent,
    packing,
    mostTokens,
    ...(share < 1 ? { share } : {}),
    ...(summary ? { summary } : {}),
    ...(messages.length > 0 ? { messages } : {}),
  };
  return { request, body: { frame, messages: packed.messages }, score: null };
}

/** A Chief of Staff delegates by its plan, and has nobody above it to ask; in a chat the reply asks. */
const notOfChiefs = new Set([delegateTool, 'ask_chief']);
const notInChats = new Set(['ask_person', 'ask_chief']);
const none = new Set<string>();

/** In every prompt of the attempt the same, so that provider caches hit; but for what belongs to hearing messages. */
function frameOf(context: CallContext, ofHearing: ToolCard[]): Frame {
  const { task, current, world, effect } = context;
  const { agent } = current;
  const left = task.conversationId ? notInChats : task.role === 'chief_of_staff' ? notOfChiefs : none;
  const { tools } = agent.spec;
  const { conversationId } = task;
  const own = world.tools.filter(({ name }) =>
    isOfHearing(name)
      ? isAlwaysThere(name, { tools, conversationId })
      : tools.includes(name) && !left.has(name),
  );
  const reads = own.length > 0 ? world.tools.filter(({ name }) => name === readResultName) : [];
  return {
    system: systemOf({ task, current }),
    tools: [...new Set([...own, ...reads, ...ofHearing])].map(({ name, description, parameters }) => ({
      name,
      description,
      parameters,
    })),
    outputSchema: schemaOf(effect.purpose),
  };
}

/** Appends what the model is told before it answers this call. @returns ids of the messages among it */
async function say(context: CallContext, heard: Hearing | null, place: OpeningRoom): Promise<string[]> {
  const { tx, task, effect } = context;
  if (effect.purpose === 'summarise') return [];
  const first = !effect.begun;
  const lines: NewLine[] = [];
  if (first) lines.push(...(await openingLines(context, place)));
  const open = heard ? await tellOfOpenCalls(tx, task) : null;
  if (open) lines.push(...open.lines);
  const heardBefore = effect.input.heard === true;
  if (heard || heardBefore) lines.push(...(await tellLaterAnswers(tx, task, effect.turn)));
  const question = effect.input.goesOn === true ? null : await questionOf(context, place);
  if (question) lines.push({ role: 'user', turn: effect.turn, content: question });
  if (typeof effect.input.repair === 'string') lines.push(userLine(effect.turn, effect.input.repair));
  const shown = await showMessages(tx, task, { effect, first, known: context.messages ?? [] });
  for (const text of shown.texts) lines.push(userLine(effect.turn, text));
  if (heard && effect.input.goesOn !== true)
    lines.push(
      userLine(effect.turn, open?.any ? askingMessage(heard.questions) : await hearingOf(context, heard)),
    );
  // Providers want a word of ours before the model's next one.
  if (lines.length === 0 && heardBefore && (await endsWithAnswer(tx, task)))
    lines.push(userLine(effect.turn, goOnMessage));
  if (lines.length > 0) {
    const written = appendTranscript(tx, task, lines);
    if (first) context.opening = written.map((line, i) => entryOf(line, effect.lastSeq + 1 + i));
  }
  return shown.ids;
}

function entryOf({ text, ...line }: WrittenLine, seq: number): ConversationEntry {
  return { ...line, seq, content: JSON.parse(text) as ConversationEntry['content'] };
}

function candidateOf(world: World, { provider, model }: ChosenModel): ModelCandidate {
  const found = world.models.find((each) => each.provider === provider && each.id === model);
  if (!found) throw new AppError('internal', `${provider}/${model} was chosen and is not configured.`);
  return found;
}

function userLine(turn: number, text: string): NewLine {
  return { role: 'user', turn, content: { text } };
}

/** A step's own schema is told in words and checked afterwards: it may use more of JSON Schema than strict output allows. */
function schemaOf(purpose: string): Frame['outputSchema'] {
  if (purpose === 'judge') return { name: 'verdict', schema: verdictSchema };
  const plans = purpose === 'plan' || purpose === 'replan';
  return plans ? { name: 'workflow', schema: workflowJsonSchema as Record<string, unknown> } : null;
}

interface OpeningRoom {
  /** Tokens for messages. */
  room: number;
  count: TokenCounter['count'];
  /** There is a tool for what is cut. */
  readsOn: boolean;
}

/** `must`: tokens that are no material; `left`: what of the material is not there. */
interface Opening extends Record<string, unknown> {
  text: string;
  must: number;
  left: LeftPart[];
}

/** The same message without its material says how much room that has. */
function fitted<Facts extends Material>(
  facts: Facts,
  { write, bare }: { write(facts: Facts): string; bare: Facts },
  { room, readsOn, count }: OpeningRoom,
): Opening {
  const must = write(bare);
  const fit = fitFacts(facts, {
    room: materialRoom(room, { must: count(must), readsOn }),
    canRead: readsOn,
    count,
  });
  // Stands with the entry, whichever model is shown it later.
  return { text: write(fit.facts), must: estimateTokens(must), left: fit.left };
}

function systemOf({ task, current: { agent } }: Pick<CallContext, 'task' | 'current'>): string {
  if (task.conversationId) return chatSystem({ agent });
  if (task.role === 'chief_of_staff') return chiefSystem(agent);
  return operatorSystem({ agent, outputSchema: task.outputSchema });
}

async function openingLines(context: CallContext, place: OpeningRoom): Promise<NewLine[]> {
  const { tx, task, effect } = context;
  if (task.conversationId) {
    const known = effect.hasPinned ? knownText(await pinnedText(tx, task)) : '';
    return [
      ...(known === '' ? [] : [userLine(effect.turn, known)]),
      ...(await chatOpening(tx, task, effect.turn)),
    ];
  }
  return [{ role: 'user', turn: effect.turn, content: await openingOf(context, place) }];
}

async function openingOf(
  { tx, task, effect, current, world, hasFiles }: CallContext,
  place: OpeningRoom,
): Promise<Opening> {
  const chief = task.role === 'chief_of_staff';
  const [files, known, earlier] = await allEnded([
    hasFiles ? loadTurnFiles(tx, task.id) : [],
    effect.hasPinned ? pinnedText(tx, task) : '',
    task.attempt > 1 && !chief ? loadEarlier(tx, task) : [],
  ]);
  if (chief) {
    const facts = { known, agent: current.agent, goal: task.goal, files, team: await loadTeam(tx, world) };
    return fitted(facts, { write: planMessage, bare: { ...facts, files: [] } }, place);
  }
  const { goal, title, context, outputSchema } = task;
  const facts = { known, agent: current.agent, goal, title, context, outputSchema, files, earlier };
  return fitted(
    facts,
    { write: taskMessage, bare: { ...facts, files: [], earlier: [], context: {} } },
    place,
  );
}

/** What a Chief of Staff is asked about its plan at this turn; null when nothing is new. */
async function questionOf(context: CallContext, place: OpeningRoom): Promise<Opening | null> {
  const { purpose, input } = context.effect;
  if (purpose === 'synthesis') return synthesisOf(context, place);
  if (purpose === 'judge') return judgeOf(context);
  return purpose === 'replan' && input.ask !== undefined ? replanOf(context, place) : null;
}

async function judgeOf({ tx, task }: CallContext): Promise<Opening> {
  const text = judgeMessage({ goal: task.goal, steps: await loadStepResults(tx, planRunOf(task)) });
  return { text, must: estimateTokens(text), left: [] };
}

async function replanOf({ tx, task, effect, world }: CallContext, place: OpeningRoom): Promise<Opening> {
  const runId = planRunOf(task);
  const [team, underWay, steps] = [
    await loadTeam(tx, world),
    await loadUnderWay(tx, runId),
    await loadStepResults(tx, runId),
  ];
  const failed = steps.filter(({ status }) => status === 'failed').map(({ key }) => key);
  const news = typeof effect.input.news === 'string' ? effect.input.news : null;
  const facts = { goal: task.goal, team, plan: underWay?.definition ?? null, steps, failed, news };
  return fitted(facts, { write: replanMessage, bare: { ...facts, steps: [] } }, { ...place, readsOn: false });
}

function planRunOf(task: TaskRow): string {
  if (!task.planRunId) throw new AppError('internal', `Task ${task.id} has no run of a plan.`);
  return task.planRunId;
}

async function synthesisOf({ tx, task, effect }: CallContext, place: OpeningRoom): Promise<Opening> {
  const corrections = Array.isArray(effect.input.corrections) ? (effect.input.corrections as string[]) : [];
  const facts = { goal: task.goal, corrections, steps: await loadStepResults(tx, planRunOf(task)) };
  return fitted(
    facts,
    { write: synthesisMessage, bare: { ...facts, steps: [] } },
    { ...place, readsOn: false },
  );
}

async function hearingOf({ tx, task }: CallContext, { canRevise }: Hearing): Promise<string> {
  const waiting = await loadProposedPlan(tx, task.id);
  if (waiting) return waitingPlanMessage(waiting, canRevise);
  const steps = task.planRunId ? await loadStepResults(tx, task.planRunId) : [];
  return hearingMessage(steps, canRevise);
}
