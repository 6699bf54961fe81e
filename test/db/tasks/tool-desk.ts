import { type ApprovalDecision, decideApproval } from '../../../src/commands/decide-approval.ts';
import { AgentSpec } from '../../../src/contracts/agent.ts';
import type { ModelCandidate } from '../../../src/core/route-model.ts';
import { insertAgent } from '../../../src/db/agent-store.ts';
import { requestCancel } from '../../../src/db/standing/request-cancel.ts';
import { updateAgent } from '../../../src/commands/update-agent.ts';
import type { CreateApprovalRule, RuleTerms } from '../../../src/contracts/approval-rule.ts';
import { createApprovalRule } from '../../../src/commands/approval-rules.ts';
import type { Caller } from '../../../src/commands/caller.ts';
import type { ApprovalRow } from '../../../src/db/mappings/approval.ts';
import type { EffectRow } from '../../../src/db/mappings/effect.ts';
import type { OutsideToolInReach, RecordToolInReach } from '../../../src/db/calls/tool-in-reach.ts';
import type { ToolSettlement } from '../../../src/db/calls/settle-tool.ts';
import { insertPrincipal } from '../../../src/db/principal-store.ts';
import { createTaskRecord } from '../../../src/db/task-record.ts';
import { type Desk, model, openDesk, reserved } from './support.ts';

export interface CallPlace {
  taskId: string;
  key: string;
}

/** A desk whose agents may use `pay`, a tool outside that a test describes. */
export async function openToolDesk(models: readonly ModelCandidate[] = [model]) {
  const desk: Desk = await openDesk(18);
  const payer = AgentSpec.parse({
    name: 'Payer',
    role: 'master_operator',
    capabilities: [{ name: 'paying', level: 3 }],
    tools: ['pay', 'note'],
    limits: { maxConcurrent: 100 },
  });
  const { id: agentId } = await desk.inside((tx) => insertAgent(tx, payer));
  let shape: Partial<OutsideToolInReach> = {};
  const pay = (): OutsideToolInReach => ({
    name: 'pay',
    description: 'Pays.',
    parameters: {
      type: 'object',
      properties: { amount: { type: 'number', minimum: 1 }, to: { type: 'string' } },
      required: ['amount'],
      additionalProperties: false,
    },
    risk: 'high',
    effect: 'at_most_once',
    timeoutMs: 1000,
    place: 'outside',
    destination: () => 'bank.example',
    run: async () => ({ text: 'never run by the record' }),
    ...shape,
  });
  const noted: unknown[] = [];
  const note: RecordToolInReach = {
    ...{ name: 'note', description: 'Takes a note.', parameters: { type: 'object' } },
    ...{ risk: 'low', effect: 'keyed', timeoutMs: 1000, place: 'record' },
    run: async (_context, args) => {
      noted.push(args);
      return { text: 'Noted.' };
    },
  };
  const toolsOf = async () => [pay(), note];
  const tasks = createTaskRecord(desk.db, {
    models,
    reserve: () => ({ microUsd: reserved, price: null }),
    toolsOf,
  });
  const first = <Row>(rows: Row[]): Row => {
    const [row] = rows;
    if (!row) throw new Error('There is none.');
    return row;
  };

  /** A task whose agent has just asked for a tool. */
  async function asked(args: unknown = { amount: 120 }, name = 'pay'): Promise<CallPlace> {
    const taskId = await desk.give('paying');
    const turn = (await tasks.standTask(desk.asker, { taskId })).start[0]?.key ?? '';
    await desk.claim(taskId, turn);
    const toolCalls = [{ id: 'c1', name, arguments: JSON.stringify(args) }];
    const { start } = await desk.settle(taskId, turn, {
      try: 1,
      end: { as: 'settled', outcome: { text: '', toolCalls, stop: 'tools' }, said: { text: '', toolCalls } },
    });
    return { taskId, key: start[0]?.key ?? '' };
  }

  return {
    ...desk,
    agentId,
    tasks,
    asked,
    /** What `note`, a tool of the record, was given. */
    noted,
    /** What `pay` is from now on. */
    offer: (next: Partial<OutsideToolInReach>) => (shape = next),
    claimTool: (place: CallPlace) => tasks.claimTool(desk.asker, place),
    settleTool: (
      place: CallPlace,
      tried: number,
      end: ToolSettlement['end'],
      ledger?: NonNullable<ToolSettlement['ledger']>,
    ) => tasks.settleTool(desk.asker, { ...place, try: tried, ms: 5, end, ...(ledger ? { ledger } : {}) }),
    standing: ({ taskId }: CallPlace, at = desk.asker.now) =>
      tasks.standTask({ ...desk.asker, now: at }, { taskId }),
    lose: ({ taskId, key }: CallPlace) => tasks.standTask(desk.asker, { taskId, lost: [key] }),
    cancel: ({ taskId }: CallPlace) =>
      desk.inside((tx) => requestCancel(tx, { taskIds: [taskId], reason: 'Enough.' })),
    decide: (decision: ApprovalDecision, caller: Caller = desk.caller) =>
      desk.inside((tx) => decideApproval(tx, caller, { decision, toolsOf })),
    rule: (wish: CreateApprovalRule) => desk.inside((tx) => createApprovalRule(tx, desk.caller, wish)),
    /** What the agent's own specification says from its next revision on. */
    ownRules: (terms: RuleTerms[]) => {
      const approvalRules = terms.map((each) => ({ ...each, name: 'Own' }));
      return desk.inside((tx) =>
        updateAgent(tx, desk.caller, { agentId, changes: { approvalRules }, ifMatch: null }),
      );
    },
    forgetRules: () => desk.rows('DELETE FROM approval_rules'),
    person: async (role: Caller['role'] = 'operator', kind: 'person' | 'service' = 'person') => {
      const { id } = await desk.inside((tx) => insertPrincipal(tx, { kind, name: 'Somebody', role }));
      return { ...desk.caller, principalId: id, role } satisfies Caller;
    },
    approvalOf: async ({ key }: CallPlace) =>
      first(
        await desk.rows<ApprovalRow>('SELECT * FROM approvals WHERE effect_key = $1 ORDER BY id DESC', key),
      ),
    effectOf: async ({ key }: CallPlace) =>
      first(await desk.rows<EffectRow>('SELECT * FROM effects WHERE key = $1', key)),
    taskOf: async ({ taskId }: CallPlace) =>
      first(
        await desk.rows<{
          status: string;
          waitingFor: string | null;
          holdsSlot: boolean;
          wakeAt: Date | null;
        }>('SELECT status, waiting_for, holds_slot, wake_at FROM tasks WHERE id = $1', taskId),
      ),
    told: async ({ taskId }: CallPlace) =>
      (
        await desk.rows<{ text: string }>(
          `SELECT content->>'text' AS text FROM transcript WHERE task_id = $1 AND role = 'tool' ORDER BY seq`,
          taskId,
        )
      ).map(({ text }) => text),
    eventsOf: async ({ taskId }: CallPlace) =>
      (
        await desk.rows<{ type: string; outcome: string | null }>(
          `SELECT type, data->>'outcome' AS outcome FROM events WHERE stream = $1 AND type ~ '^(approval|tool)' ORDER BY seq`,
          `task/${taskId}`,
        )
      ).map(({ type, outcome }) => (outcome ? `${type} ${outcome}` : type)),
  };
}

export type ToolDesk = Awaited<ReturnType<typeof openToolDesk>>;
