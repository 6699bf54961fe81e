/** The record of tasks and runs as activities use it: each method is one transaction. */
import type { Standing } from '../contracts/corridor.ts';
import { type CallAddress, type Claim, claimModelCall, type Reserve } from './calls/claim-call.ts';
import { type CallTool, runTool } from './calls/run-tool.ts';
import { type Settlement, settleModelCall } from './calls/settle-call.ts';
import type { Database, Tx } from './record.ts';
import { requestCancel } from './standing/request-cancel.ts';
import { standRun } from './standing/stand-run.ts';
import { type TaskLook, standTask } from './standing/stand-task.ts';
import type { World } from './standing/world.ts';

export interface RecordOptions {
  models: World['models'];
  tools: World['tools'];
  reserve: Reserve;
  callTool: CallTool;
}

/** Where a call comes from: the workspace, and now by the Temporal workflow's clock. */
export interface Asker {
  workspaceId: string;
  now: number;
}

export type TaskRecord = ReturnType<typeof createTaskRecord>;

export function createTaskRecord(db: Database, { models, tools, reserve, callTool }: RecordOptions) {
  const within = <Result>(asker: Asker, work: (tx: Tx, world: World) => Promise<Result>, actor = 'system') =>
    db.inWorkspace({ workspaceId: asker.workspaceId, actor }, (tx) => work(tx, { now: new Date(asker.now), models, tools }));
  return {
    standTask: (asker: Asker, look: TaskLook): Promise<Standing> => within(asker, (tx, world) => standTask(tx, look, world)),
    standRun: (asker: Asker, runId: string): Promise<Standing> => within(asker, (tx, world) => standRun(tx, runId, world)),
    /** Operations cancelled it in Temporal: the record says so, and everything below stops too. */
    cancelByOperations: (asker: Asker, target: { taskIds?: string[]; runIds?: string[] }) =>
      within(asker, (tx) => requestCancel(tx, { ...target, reason: 'Cancelled by operations in Temporal.' }), 'operations'),
    claimModelCall: (asker: Asker, address: CallAddress): Promise<Claim> =>
      within(asker, (tx, world) => claimModelCall(tx, address, { world, reserve })),
    settleModelCall: (asker: Asker, settlement: Settlement): Promise<Standing> =>
      within(asker, (tx, world) => settleModelCall(tx, settlement, world)),
    runTool: (asker: Asker, address: CallAddress): Promise<Standing> =>
      within(asker, (tx, world) => runTool(tx, address, { world, callTool })),
  };
}
