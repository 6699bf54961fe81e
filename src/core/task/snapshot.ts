/**
 * What the record knows about one task at the moment of a decision, and what a decision can be. Pure shapes.
 */
import type { AgentRole, AgentSpec, Capability } from '../../contracts/agent.ts';
import type {
  EffectStatus,
  MessageState,
  RunStatus,
  TaskStatus,
  WaitingFor,
} from '../../contracts/status.ts';
import type { LiftedGuards, TrippedGuard } from '../../contracts/guard.ts';
import type {
  PlanAcceptance,
  PlanChanges,
  PlanCorrection,
  PlanKind,
  PlanOrigin,
  PlanStatus,
} from '../../contracts/plan.ts';
import type { Failure, TaskContext, TaskResult } from '../../contracts/task.ts';
import type { StepMethod, StepToolCall, WorkflowDefinition } from '../../contracts/workflow.ts';
import type { Amount, Purse, Shortage } from '../budget/escrow.ts';
import type { ModelCandidate, ModelOutage } from '../route-model.ts';
import type { RowFacts } from '../workflow/splice-plan.ts';

export interface TaskFacts {
  id: string;
  rootId: string;
  role: AgentRole;
  title: string;
  goal: string;
  status: TaskStatus;
  depth: number;
  wantedAgentId: string | null;
  requires: Capability[];
  method: StepMethod | null;
  /** A step that is one tool call, without an agent. */
  toolCall?: StepToolCall | null;
  attemptsBefore?: number;
  outputSchema: Record<string, unknown> | null;
  context: TaskContext;
  attempt: number;
  agentId: string | null;
  holdsSlot: boolean;
  planRunId: string | null;
  planOrigin: 'model' | 'template' | 'person' | null;
  waitingFor: WaitingFor | null;
  waitingDetail: string | null;
  /** It is one reply in a conversation: a talk, no plan, and without a slot. */
  conversationId?: string | null;
  cancelRequestedAt: Date | null;
  cancelReason: string | null;
  pausedAt: Date | null;
  planAcceptance?: PlanAcceptance;
  /** The one round of corrections has been given. */
  correctedAt?: Date | null;
  guardsLifted?: LiftedGuards;
  /** When the attempt's time is over; while the task waits, the seconds that are left. */
  workUntil?: Date | null;
  workLeftSeconds?: number | null;
  /** When it looks again by itself. */
  wakeAt?: Date | null;
}

/** What a tool call waits for until somebody answers it. */
export interface EffectWaits {
  for: WaitingFor;
  detail: string;
  /** Ids of what it waits for. */
  on: string[];
  /** ISO 8601; nobody answered by then. Null: it waits for ever. */
  until: string | null;
  /** ISO 8601: people are reminded then. */
  remindAt?: string | null;
  /** A person said yes: the call is made. */
  granted?: boolean;
  /** The model was told that the answer comes later (`true`), and since then what it is. */
  told?: true | 'answered';
}

/** One outside effect of the current attempt: a model call or a tool call. */
export interface EffectFacts {
  key: string;
  turn: number;
  kind: 'model' | 'tool';
  purpose: string;
  status: EffectStatus;
  input: Record<string, unknown>;
  outcome: unknown;
  error: Failure | null;
  /** Of a parked call: the most that it can cost. */
  needs?: Amount | null;
  /** Of a parked call that waits for its provider's rate limit; ISO 8601. */
  notBefore?: string | null;
  /** Of a tool call whose status is `waiting`. */
  waits?: EffectWaits | null;
}

export interface CurrentAttempt {
  n: number;
  agent: { id: string; name: string; spec: AgentSpec };
}

export interface PlanRunFacts {
  id: string;
  status: RunStatus;
  output: unknown;
  error: Failure | null;
  /** Which of the task's plans it carries out. */
  planN?: number | null;
  /** It asks for a new plan: the number of this question, the steps that failed, what was heard; `open` is null when it is answered. */
  replan?: { asked: number; open: string[] | null; news?: string | null } | null;
}

/** The plan that was proposed last, accepted or not. */
export interface PlanFacts {
  n: number;
  kind: PlanKind;
  status: PlanStatus;
  origin: PlanOrigin;
  reason: string;
  /** Of one that waits for a person. */
  name: string | null;
  decidedBy: string | null;
  note: string | null;
}

/** A plan that is being carried out, and how far it is. */
export interface PlanUnderWay {
  definition: WorkflowDefinition;
  rows: (RowFacts & { error: Failure | null })[];
}

/** What guards against delegation that goes round in circles look at. */
export interface Lineage {
  /** Tasks that this one has delegated. */
  children: number;
  /** Goals of the tasks above it. */
  goals: string[];
}

/** What a task was told by agents since a person said something last, and how far that may go. */
export interface HopsFacts {
  heard: number;
  limit: number;
}

/** A message in the task's record that has not expired. */
export interface TaskMessage {
  id: string;
  state: MessageState;
  /** The current attempt has seen it. */
  shown: boolean;
  /** It is the request that the task was started for: its text is the goal. */
  opens: boolean;
  /** A person wrote it, and nobody has answered. */
  wants?: boolean;
  /** An agent asked, and nobody has answered. */
  asks?: boolean;
}

export interface TeamMember {
  id: string;
  name: string;
  role: AgentRole;
  capabilities: Capability[];
  /** Names of those that it may use. */
  tools?: string[];
  instructions: string;
  /** Tasks at work now, and how many there may be. */
  active?: number;
  maxConcurrent?: number;
  succeeded?: number;
  failed?: number;
  /** Paused, or its work keeps failing. */
  away?: boolean;
  /** Of its tasks, on average; null when nothing is known. */
  usdPerTask?: number | null;
}

/** What a plan is checked against. */
export interface Team {
  agents: TeamMember[];
  tools: string[];
  /** Those of low risk, which steps of a plan may call by themselves. */
  planTools?: { name: string; description: string }[];
  workflows: { id: string; name: string; description?: string; versions: number[] }[];
  /** People who may decide what a step asks. */
  deciders?: number;
}

export interface TaskSnapshot {
  task: TaskFacts;
  /** Null before the first assignment and after an attempt has ended. */
  current: CurrentAttempt | null;
  failedAttempts: { agentId: string; error: Failure | null }[];
  files: { id: string; name: string; kind?: string; status: string; problem: Failure | null }[];
  effects: EffectFacts[];
  planRun: PlanRunFacts | null;
  /** Absent: none was proposed yet. */
  plan?: PlanFacts | null;
  /** Loaded only while a Chief of Staff plans anew, or corrects. */
  underWay?: PlanUnderWay | null;
  /** Loaded only when the last turn wants to delegate. */
  lineage?: Lineage | null;
  /** Loaded only when the last turn wants to write to an agent. */
  hops?: HopsFacts | null;
  /** By the clock of the Temporal workflow. */
  now?: Date;
  models: readonly ModelCandidate[];
  /** Models that do not answer now, but for the one that this task is sent to try. Absent: none. */
  outages?: ModelOutage[];
  /** Those that its parked call draws on. Absent: no call is parked. */
  purses?: Purse[];
  /** In the order in which they came. Absent: none. */
  messages?: TaskMessage[];
  /** How full the window was at the last model call, and what has come since, in tokens. Absent: none was made yet. */
  context?: { total: number; room: number; since: number } | null;
  /** Loaded only while a Chief of Staff plans. */
  team: Team | null;
}

/** What a model answered, as the effect keeps it. */
export interface ReplyOutcome {
  text: string;
  toolCalls: { id: string; name: string; arguments: string }[];
  stop: 'end' | 'length' | 'tools' | 'refused';
}

/** What a method (or choosing a template) brought. */
export interface MethodOutcome {
  markdown: string;
  data: unknown;
}

export interface TemplateOutcome {
  workflowId: string | null;
  name: string | null;
  reason: string;
}

export interface NewEffect {
  kind: 'model' | 'tool';
  purpose: string;
  input?: Record<string, unknown>;
}

export type TaskMove =
  | { move: 'rest' }
  | { move: 'assign' }
  /** A new attempt without an agent. */
  | { move: 'begin' }
  | { move: 'resume' }
  /** `on`: ids or keys of what it waits for, for whoever wakes it. */
  | {
      move: 'wait';
      for: WaitingFor;
      detail: string;
      on?: string[];
      short?: Shortage;
      until?: Date | null;
      guard?: TrippedGuard;
    }
  | { move: 'call'; turn: number; effects: NewEffect[] }
  | { move: 'abandon'; keys: string[] }
  /** These messages have arrived: the task was woken with them in its record. */
  | { move: 'deliver'; ids: string[] }
  /** Who wrote these is told why they are not read now; they stay unread. */
  | { move: 'excuse'; ids: string[]; text: string }
  /** Calls that were given up or parked are open again. */
  | { move: 'again'; keys: string[] }
  /** A plan that passed every check. `accepted`: no person needs to. */
  | {
      move: 'proposePlan';
      kind: PlanKind;
      /** `null`: the one that it has. */
      plan: { definition: WorkflowDefinition } | { workflowId: string } | null;
      origin: PlanOrigin;
      reason: string;
      accepted: boolean;
      changes?: PlanChanges | null;
      corrections?: PlanCorrection[];
    }
  /** Makes the run of the plan that was accepted. */
  | { move: 'carryOut' }
  /** There is no new plan: the run fails with the step that failed. */
  | { move: 'declinePlan'; reason: string }
  | { move: 'rejectPlan'; reason: string; problems: number; then: NewEffect; turn: number }
  | { move: 'complete'; result: TaskResult }
  | { move: 'endAttempt'; error: Failure }
  | { move: 'fail'; error: Failure }
  | { move: 'cancel'; reason: string };
