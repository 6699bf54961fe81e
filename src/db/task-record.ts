/** The record of tasks and runs as activities use it: each method is one transaction. */
import type { Standing } from '../contracts/corridor.ts';
import type { ModelCandidate } from '../core/route-model.ts';
import {
  type CallAddress,
  type CallToClaim,
  type Claim,
  claimModelCall,
  lockCallToClaim,
  type Reserve,
} from './calls/claim-call.ts';
import { createCallsInGroups } from './calls/calls-in-groups.ts';
import { claimTool, type ToolClaim } from './calls/claim-tool.ts';
import { createFiguresReader } from './providers/model-figures-store.ts';
import { type Postponement, postponeModelCall } from './calls/postpone-call.ts';
import {
  type CallToSettle,
  lockCallToSettle,
  type Settled,
  type Settlement,
  settleModelCall,
} from './calls/settle-call.ts';
import { settleTool, type ToolSettlement } from './calls/settle-tool.ts';
import { holdProvidersRevision } from './providers/provider-store.ts';
import type { TaskRow } from './mappings/task.ts';
import type { Database, Scope, Tx } from './record.ts';
import { type CancelledExecution, cancelExecution } from './standing/operations.ts';
import { standConversation } from './conversations/stand-conversation.ts';
import { decideRun, type LookedRun, lockForLook as lockRunForLook } from './standing/stand-run.ts';
import {
  lockInPassing,
  type LookedInPassing,
  standRunInPassing,
  type Told,
  unlessLeft,
} from './standing/stand-run-in-passing.ts';
import { lockForLook, standTask, type TaskLook } from './standing/stand-task.ts';
import { fulfilWakes } from './standing/take-wakes.ts';
import type { World } from './standing/world.ts';

export interface RecordOptions {
  /** What every workspace can use, and what it costs. */
  models: World['models'];
  reserve: Reserve;
  /** Instead, where workspaces have keys of their own: as of `tx.providersRevision`. */
  modelsOf?(tx: Tx): Promise<{ candidates: readonly ModelCandidate[]; reserve: Reserve }>;
  counterOf?: World['counterOf'];
  /** Of the transaction's workspace. */
  toolsOf(tx: Tx): Promise<World['tools']>;
}

/** Where a call comes from: the workspace, and now by the Temporal workflow's clock. */
export interface Asker {
  workspaceId: string;
  now: number;
  /** Wishes in the outbox that are fulfilled by its being asked. */
  fulfils?: string[];
}

export type TaskRecord = ReturnType<typeof createTaskRecord>;

export function createTaskRecord(db: Database, options: RecordOptions) {
  const { modelsOf, worldOf } = createWorlds(options);
  const reserveOf = async (tx: Tx) => (await modelsOf(tx)).reserve;
  const within = createWithin(db, worldOf);
  const { claim, settle } = createCallsInGroups({ db, worldOf, reserveOf, ...callsAlone(within, reserveOf) });
  return {
    claimModelCall: claim,
    settleModelCall: settle,
    standTask: (asker: Asker, look: TaskLook): Promise<Standing> =>
      within(asker, (tx, world, task: TaskRow) => standTask(tx, task, { ...look, world }), {
        planOnce: true,
        ahead: (tx) => lockForLook(tx, look.taskId),
      }),
    standRun: (asker: Asker, runId: string): Promise<Standing> =>
      within(asker, (tx, world, found: LookedRun) => decideRun(tx, found, world), {
        planOnce: true,
        ahead: (tx) => lockRunForLook(tx, runId),
      }),
    /** For the run of a task that has ended. */
    standRunInPassing: (asker: Asker, { runId, taskId }: { runId: string; taskId: string }): Promise<Told> =>
      within(
        asker,
        (tx, world, looked: LookedInPassing | null) => standRunInPassing(tx, looked, { taskId, world }),
        {
          planOnce: true,
          ahead: (tx) => lockInPassing(tx, runId),
        },
      ).catch(unlessLeft),
    standConversation: (
      asker: Asker,
      look: { conversationId: string; operations: boolean },
    ): Promise<Standing> => within(asker, (tx) => standConversation(tx, look)),
    /** Operations cancelled it in Temporal: the record says so, and everything below stops too. */
    cancelByOperations: (asker: Asker, cancel: CancelledExecution) =>
      within(asker, (tx) => cancelExecution(tx, cancel), { actor: 'operations' }),
    postponeModelCall: (asker: Asker, postponement: Postponement): Promise<Standing> =>
      within(asker, (tx, world) => postponeModelCall(tx, postponement, world)),
    claimTool: (asker: Asker, address: CallAddress): Promise<ToolClaim> =>
      within(asker, async (tx, world) => claimTool(tx, address, { world, reserve: await reserveOf(tx) })),
    settleTool: (asker: Asker, settlement: ToolSettlement): Promise<Settled> =>
      within(asker, (tx, world) => settleTool(tx, settlement, world)),
  };
}

type Within = ReturnType<typeof createWithin>;

function createWithin(db: Database, worldOf: (tx: Tx, now: Date) => Promise<World>) {
  return <Result, Known = undefined>(
    { workspaceId, now, fulfils }: Asker,
    work: (tx: Tx, world: World, known: Known) => Promise<Result>,
    { ahead, ...scope }: Partial<Omit<Scope, 'workspaceId'>> & { ahead?: (tx: Tx) => Promise<Known> } = {},
  ) =>
    db.inWorkspace(
      { workspaceId, actor: 'system', ...scope },
      async (tx, known: Known) => {
        fulfilWakes(tx, fulfils);
        return work(tx, await worldOf(tx, new Date(now)), known);
      },
      ahead,
    );
}

/** Each in a transaction of its own. */
function callsAlone(within: Within, reserveOf: (tx: Tx) => Promise<Reserve>) {
  return {
    claimAlone: (asker: Asker, address: CallAddress): Promise<Claim> =>
      within(
        asker,
        async (tx, world, found: CallToClaim) =>
          claimModelCall(tx, found, { world, reserve: await reserveOf(tx) }),
        { planOnce: true, ahead: (tx) => lockCallToClaim(tx, address) },
      ),
    settleAlone: (asker: Asker, settlement: Settlement): Promise<Settled> =>
      within(asker, (tx, world, found: CallToSettle) => settleModelCall(tx, settlement, { world, found }), {
        planOnce: true,
        ahead: (tx) => lockCallToSettle(tx, settlement),
      }),
  };
}

/** What a transaction's decisions need besides the record, as of its workspace. */
function createWorlds({ models, reserve, toolsOf, counterOf, ...options }: RecordOptions) {
  const modelsOf = options.modelsOf ?? (() => Promise.resolve({ candidates: models, reserve }));
  const learned = createFiguresReader();
  const worldOf = async (tx: Tx, now: Date): Promise<World> => {
    const { candidates } = await modelsOf(tx);
    const tools = await toolsOf(tx);
    return {
      ...{ now, models: candidates, tools, learned, fresher: () => fresher(tx, now) },
      ...(counterOf ? { counterOf } : {}),
    };
  };
  const fresher = async (tx: Tx, now: Date): Promise<World | null> => {
    const revision = await holdProvidersRevision(tx);
    if (revision === tx.providersRevision) return null;
    tx.providersRevision = revision;
    return worldOf(tx, now);
  };
  return { modelsOf, worldOf };
}
