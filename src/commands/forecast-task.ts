import type { AgentRole } from '../contracts/agent.ts';
import type { Forecast } from '../contracts/forecast.ts';
import type { CreateTask } from '../contracts/task.ts';
import { forecastGoal, type GoalLimits } from '../core/budget/forecast.ts';
import { type FirstCall, tooSmallForOneCall, type WorstCase } from '../core/budget/smallest-call.ts';
import { dollars } from '../core/budget/words.ts';
import type { ModelCandidate } from '../core/route-model.ts';
import { goalLimits } from '../db/budgets/budget-store.ts';
import { type GoalKind, readLeastAnswer, readPastGoals } from '../db/forecast-reads.ts';
import type { Tx } from '../db/record.ts';
import { AppError } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';
import { checkGoal } from './check-goal.ts';
import type { ToolsOf } from './tools-of.ts';

/** What the workspace's models cost, and which tools there are; handed in, since a command talks to no provider. */
export interface LaunchDesk {
  models(tx: Tx): Promise<{ candidates: readonly ModelCandidate[]; reserve: WorstCase }>;
  /** Absent: nothing is known of tools. */
  toolsOf?: ToolsOf;
}

/** A plan is given at least so much room. */
const leastPlanTokens = 8_000;

/**
 * What a goal is going to cost, from goals that were given in the same way; nothing is stored.
 * @throws AppError as when it is given; invalid_request when its budget is too small for the first call
 */
export async function forecastTask(tx: Tx, caller: Caller, goal: LaunchedGoal): Promise<Forecast> {
  requireOperator(caller);
  return forecastFor(tx, await checkGoal(tx, goal.input, goal.desk.toolsOf), goal);
}

interface LaunchedGoal {
  input: CreateTask;
  desk: LaunchDesk;
}

/** Of a goal that has been checked. @throws AppError invalid_request when its budget is too small for the first call */
export async function forecastFor(tx: Tx, role: AgentRole, { input, desk }: LaunchedGoal): Promise<Forecast> {
  const kind: GoalKind = {
    role,
    agentId: input.agentId ?? null,
    requires: input.requires ?? [],
  };
  const { limitMicroUsd, limitTokens } = await goalLimits(tx, input.budget);
  const limits: GoalLimits = { microUsd: limitMicroUsd, tokens: limitTokens };
  if (limitMicroUsd !== null || limitTokens !== null) await refuseTooSmall(tx, { input, kind, limits, desk });
  return forecastGoal(await readPastGoals(tx, kind, input.goal), { limits, who: whoOf(kind) });
}

function whoOf({ role, agentId, requires }: GoalKind): string {
  if (agentId !== null) return 'this agent';
  if (requires.length > 0) return `agents with ${requires.map(({ name }) => name).join(', ')}`;
  return role === 'chief_of_staff' ? 'the Chief of Staff and its team' : 'this kind';
}

interface Launch {
  input: CreateTask;
  kind: GoalKind;
  limits: GoalLimits;
  desk: LaunchDesk;
}

/** Only what is certain is refused: whatever passes here and does not fit in the end waits for a top-up, and says so. */
async function refuseTooSmall(tx: Tx, { input, kind, limits, desk }: Launch): Promise<void> {
  const { candidates, reserve } = await desk.models(tx);
  const least = await readLeastAnswer(tx, kind);
  const plans = kind.role === 'chief_of_staff';
  const call: FirstCall = {
    class: plans ? 'plan' : 'write',
    promptCharacters: input.goal.length,
    maxOutputTokens: plans ? Math.max(leastPlanTokens, least) : least,
  };
  const short = tooSmallForOneCall(candidates, { call, limits, worst: reserve });
  if (!short) return;
  const { unit, need, model } = short;
  const say = (amount: number) =>
    unit === 'usd' ? dollars(Math.ceil(amount / 100) * 100) : `${amount.toLocaleString('en-US')} tokens`;
  const limit = (unit === 'usd' ? limits.microUsd : limits.tokens) ?? 0;
  throw new AppError('invalid_request', 'The budget is too small for a single call.', {
    problems: [
      {
        pointer: input.budget ? `/budget/${unit}` : '/budget',
        code: 'too_small',
        message: `The first call, to ${model}, may ${unit === 'usd' ? 'cost' : 'take'} ${say(need)}; the budget is ${say(limit)}.`,
      },
    ],
  });
}
