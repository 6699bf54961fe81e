import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTask } from '../../src/commands/create-task.ts';
import { sendMessage } from '../../src/commands/send-message.ts';
import { CreateTask } from '../../src/contracts/task.ts';
import { closeLater } from '../support/close-later.ts';
import { type House, openHouse } from '../support/house.ts';
import {
  startScriptedModelServer,
  type ScriptedModelServer,
} from '../support/scripted-model-server/server.ts';
import { createWorkRule } from '../support/scripted-model-server/work-rule.ts';
import { waitFor } from '../support/wait-for.ts';
import { checkInvariants, invariants, type Outside } from './invariants.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let house: House;
let models: ScriptedModelServer;
let outside: Outside;

/** One goal carried out, as if it had come through the door. */
beforeAll(async () => {
  models = await startScriptedModelServer({ rule: createWorkRule({ planSteps: 4 }) });
  closeLater('the scripted models', () => models.close());
  house = await openHouse({
    models: {
      openai: { apiKey: 'test', baseUrl: models.v1, model: 'gpt-4.1-mini' },
      anthropic: undefined,
      llama: undefined,
      stallMs: 5000,
    },
    filesDir: await temporaryFolder('files'),
  });
  const task = await house.db.inWorkspace(house.scope, (tx) =>
    createTask(tx, house.caller, CreateTask.parse({ goal: 'Compare three suppliers.' })),
  );
  const message = await house.db.inWorkspace(house.scope, (tx) =>
    sendMessage(tx, house.caller, {
      to: { kind: 'task', id: task.id },
      content: { text: 'Mind the price.' },
      priority: 'medium',
    }),
  );
  await house.db.acrossWorkspaces(
    `INSERT INTO idempotency_keys (principal_id, route, key, body_hash, status, body) VALUES ($1, 'POST /api/v2/tasks', 'key-1', 'hash', 201, $2)`,
    [house.caller.principalId, JSON.stringify({ id: task.id })],
  );
  await house.reaches('tasks', task.id, ['completed'], 60_000);
  await waitFor(
    async () => (await house.db.acrossWorkspaces(`SELECT 1 FROM outbox WHERE status <> 'done'`)).length === 0,
    {
      what: 'the outbox to be empty',
    },
  );
  const messages = [{ key: 'key-2', id: message.id }];
  const accepted = [{ key: 'key-1', id: task.id }];
  outside = { accepted, messages, runs: [], decisions: [], orders: [], journal: models.journal() };
}, 120_000);

/** Breaks the database on purpose, looks, and takes it back. @returns the names of the broken invariants */
async function brokenBy(damage: string[], seen: Partial<Outside> = {}): Promise<string[]> {
  const runner = house.db.dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    await runner.query('SET LOCAL session_replication_role = replica'); // damage may break references
    for (const sql of damage) {
      const { affected } = (await runner.query(sql, [], true)) as { affected: number };
      expect(affected).toBeGreaterThan(0);
    }
    const findings = await checkInvariants((text, parameters) => runner.query(text, parameters), {
      ...outside,
      ...seen,
    });
    return findings.filter((finding) => finding.broken.length > 0).map((finding) => finding.name);
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
}

const oneOf = (table: string, where = 'true') => `ctid = (SELECT ctid FROM ${table} WHERE ${where} LIMIT 1)`;

const told = (type: string, data: string, times = 1) => `
  INSERT INTO events (id, workspace_id, stream, seq, type, actor, data, at, xid)
  SELECT 'evt_told_' || n, workspace_id, 'task/tsk_other', n, '${type}', actor, '${data}', at, xid
    FROM generate_series(1, ${times}) AS n, (SELECT * FROM events LIMIT 1) AS e`;
/** Of a call that nobody made. */
const approval = (columns: string, values: string) => `
  INSERT INTO approvals (id, workspace_id, kind, attempt, title, hash, requested_by, tool, effect_key, arguments, ${columns})
  SELECT 'apr_1', workspace_id, 'tool', 1, 'May I?', 'hash', 'agt_1', 'calculate', 'tsk_other/1/1/1', '{"variables":{"who":"me"}}', ${values}
    FROM tasks LIMIT 1`;
/** Of what nobody did, one after the other on one stream of its own. */
const story = (stream: string, events: [type: string, data: string][]) => `
  INSERT INTO events (id, workspace_id, stream, seq, type, actor, data, at, xid)
  SELECT 'evt_story_' || n, e.workspace_id, '${stream}', n, s.type, e.actor, s.data::jsonb, e.at, e.xid
    FROM unnest(ARRAY[${events.map(([type]) => `'${type}'`).join(', ')}], ARRAY[${events.map(([, data]) => `'${data}'`).join(', ')}]) WITH ORDINALITY AS s (type, data, n),
         (SELECT * FROM events LIMIT 1) AS e`;
const orderKey = createHash('sha256').update('tsk_other/1/1/1').digest('hex').slice(0, 32);
const toldCall = told('tool.called', '{"key":"tsk_other/1/1/1","outcome":"ok"}');

/** Each invariant with damage that it must see. */
const damages: Record<string, { before?: string; sql?: string; seen?: () => Partial<Outside> }> = {
  'every accepted task is in the record': {
    seen: () => ({ accepted: [...outside.accepted, { key: 'key-2', id: 'tsk_lost' }] }),
  },
  'an Idempotency-Key stands for exactly one task': {
    sql: `UPDATE idempotency_keys SET body = '{"id":"tsk_other"}'`,
  },
  'nobody’s task was made twice': {
    sql: `INSERT INTO tasks (id, workspace_id, root_id, role, title, goal, status, priority, depth, actor, ended_at)
          SELECT 'tsk_twice', workspace_id, 'tsk_twice', role, title, goal, status, priority, depth, actor, ended_at FROM tasks WHERE parent_id IS NULL`,
  },
  'every accepted task is completed, or cancelled if people said so last': {
    sql: `UPDATE tasks SET status = 'failed' WHERE parent_id IS NULL`,
  },
  'every task, run, step, attempt and file has ended': {
    sql: `UPDATE steps SET status = 'pending' WHERE ${oneOf('steps')}`,
  },
  'a step is one task, however often it is tried': {
    sql: `INSERT INTO tasks (id, workspace_id, root_id, parent_id, run_id, step_key, role, title, goal, status, priority, depth, actor, ended_at)
          SELECT 'tsk_again', workspace_id, root_id, parent_id, run_id, step_key, role, title, goal, status, priority, depth, actor, ended_at
            FROM tasks WHERE ${oneOf('tasks', 'step_key IS NOT NULL')}`,
  },
  'every accepted run is in the record, once, and completed, or cancelled if people said so last': {
    seen: () => ({ runs: [{ key: 'key-4', id: 'run_lost' }] }),
  },
  'each item of a forEach is done once, in its place': {
    before: `UPDATE runs SET inputs = '{"items":["one","two"]}', status = 'completed'`,
    sql: `INSERT INTO steps (run_id, key, workspace_id, step_id, index, status)
          SELECT id, 'each[0]', workspace_id, 'each', 0, 'completed' FROM runs LIMIT 1`,
  },
  'the events alone say what the record says': {
    sql: `DELETE FROM events WHERE ${oneOf('events', `type = 'step.completed'`)}`,
  },
  'every decision that was taken stands in the record as it was given': {
    seen: () => ({ decisions: [{ id: 'apr_lost', status: 'denied', edited: false }] }),
  },
  'nobody is asked any more': { sql: approval('status', `'requested'`) },
  'no approval is spent twice, and none without a yes': {
    sql: told('approval.spent', '{"approvalId":"apr_1"}', 2),
  },
  'a call that people were asked about was made once, and only with a spent yes': {
    before: approval('status', `'denied'`),
    sql: toldCall,
  },
  'no approved call ran with other arguments than those that were approved': {
    before: approval('status, spent_at', `'approved', now()`),
    sql: `UPDATE effects SET key = 'tsk_other/1/1/1', outcome = '{"text":"17"}' WHERE ${oneOf('effects')}`,
  },
  'a step that asked went on only with a spent yes': {
    before: approval('status', `'denied'`),
    sql: `UPDATE steps SET approval_id = 'apr_1' WHERE ${oneOf('steps', `status = 'completed'`)}`,
  },
  'what expired came to nothing, and nothing was decided after its time': {
    before: approval('status', `'expired'`),
    sql: story('task/tsk_other', [
      ['approval.expired', '{"approvalId":"apr_1"}'],
      ['approval.approved', '{"approvalId":"apr_1"}'],
    ]),
  },
  'what four eyes had to see was agreed to by two people, neither of whom had started it': {
    sql: approval(
      'status, four_eyes, started_by, consents',
      `'approved', true, 'prn_1', '[{"by":"prn_1","hash":"hash"},{"by":"prn_2","hash":"hash"}]'`,
    ),
  },
  'a call that may not happen twice was sent again only when a person let it': {
    seen: () => ({ orders: [{ key: orderKey }, { key: orderKey }] }),
  },
  'nothing was ordered without a spent yes, and what is told as done was ordered': {
    before: approval('status, spent_at', `'approved', now()`),
    sql: told('tool.called', '{"key":"tsk_other/1/1/1","tool":"http_request","outcome":"ok"}'),
  },
  'a call of which nobody knew was put to a person, who settled it or gave it up with its task': {
    sql: told('tool.called', '{"key":"tsk_other/1/1/1","effect":"at_most_once","outcome":"lost"}'),
  },
  'a paused run begins no step': {
    sql: story('run/run_other', [
      ['run.paused', '{}'],
      ['step.started', '{"key":"late"}'],
    ]),
  },
  'what was cancelled makes no more calls': {
    before: `UPDATE tasks SET status = 'cancelled' WHERE ${oneOf('tasks', 'step_key IS NOT NULL')}`,
    sql: `UPDATE ledger SET started_at = now() + interval '1 minute'`,
  },
  'nothing below what was cancelled goes on after it': {
    sql: `UPDATE runs SET status = 'cancelled', ended_at = now() - interval '1 hour'`,
  },
  'each try is an attempt of its own, counted from one, and every call is paid by one of them': {
    sql: `UPDATE ledger SET attempt = 7 WHERE ${oneOf('ledger')}`,
  },
  'what begins again after its end is a new attempt': {
    sql: story('task/tsk_other', [
      ['task.started', '{"attempt":1}'],
      ['task.cancelled', '{}'],
      ['task.started', '{"attempt":1}'],
    ]),
  },
  'a plan that was changed says so once, and lost nothing that had completed': {
    sql: story('run/run_other', [
      ['step.completed', '{"key":"done"}'],
      ['step.removed', '{"key":"done"}'],
    ]),
  },
  'what nobody read by its deadline expired then, and nothing more is told of it': {
    sql: `UPDATE messages SET state = 'delivered', deadline = now() - interval '1 hour'`,
  },
  'messages to a task are delivered in the order of their places': {
    before: `INSERT INTO messages (workspace_id, id, recipient, place, from_kind, from_id, to_kind, to_id, type, correlation_id, content, priority, hops, state)
             SELECT workspace_id, 'msg_earlier', recipient, 0, from_kind, from_id, to_kind, to_id, type, correlation_id, content, priority, hops, state FROM messages`,
    sql: `INSERT INTO events (id, workspace_id, stream, seq, type, actor, data, at, xid)
          SELECT 'evt_later', workspace_id, stream, seq + 1000, type, actor, '{"messageId":"msg_earlier"}', at, xid FROM events WHERE type = 'message.delivered'`,
  },
  'a step says what its task says': { sql: `UPDATE steps SET status = 'failed' WHERE ${oneOf('steps')}` },
  'a plan is one run': {
    sql: `INSERT INTO runs (id, workspace_id, workflow_id, workflow_version, name, task_id, status, inputs, priority, depth, actor, ended_at)
          SELECT 'run_again', workspace_id, workflow_id, workflow_version, name, task_id, status, inputs, priority, depth, actor, ended_at FROM runs`,
  },
  'a run that is completed has all its steps': {
    sql: `UPDATE steps SET status = 'cancelled' WHERE ${oneOf('steps')}`,
  },
  'no stream has a gap': { sql: `DELETE FROM events WHERE ${oneOf('events', 'seq = 2')}` },
  'every beginning and every end is told exactly once': {
    sql: `UPDATE events SET type = 'task.progressed' WHERE ${oneOf('events', `type = 'task.completed'`)}`,
  },
  'agents hold as many slots as their tasks, which is none': {
    sql: `UPDATE agents SET active = 1 WHERE ${oneOf('agents')}`,
  },
  'the outbox is empty and holds nothing dead': {
    sql: `UPDATE outbox SET status = 'dead' WHERE ${oneOf('outbox')}`,
  },
  'every effect is over': { sql: `UPDATE effects SET status = 'claimed' WHERE ${oneOf('effects')}` },
  'no answer stands twice in a transcript': {
    sql: `INSERT INTO transcript (task_id, seq, workspace_id, attempt, turn, role, content, hash)
          SELECT task_id, seq + 1000, workspace_id, attempt, turn, role, content, hash FROM transcript WHERE ${oneOf('transcript', `role = 'assistant'`)}`,
  },
  'a transcript has no gap': { sql: `DELETE FROM transcript WHERE ${oneOf('transcript', 'seq = 1')}` },
  'every accepted message is in the record': {
    seen: () => ({ messages: [...outside.messages, { key: 'key-3', id: 'msg_lost' }] }),
  },
  'every message was read or says why not': {
    sql: `UPDATE messages SET state = 'delivered' WHERE ${oneOf('messages')}`,
  },
  'nobody is asked any more by a task that has ended': {
    sql: `UPDATE messages SET to_kind = 'person', type = 'request', from_task_id = (SELECT id FROM tasks WHERE ended_at IS NOT NULL LIMIT 1)`,
  },
  'no step of a message is told twice': {
    sql: `INSERT INTO events (id, workspace_id, stream, seq, type, actor, data, at, xid)
          SELECT 'evt_again', workspace_id, stream, seq + 1000, type, actor, data, at, xid FROM events WHERE ${oneOf('events', `type = 'message.accepted'`)}`,
  },
  'a mailbox has no gap': { sql: `UPDATE messages SET place = 7 WHERE ${oneOf('messages')}` },
  'no try is left open in the ledger': { sql: `UPDATE ledger SET outcome = 'open' WHERE ${oneOf('ledger')}` },
  'each stored answer was paid exactly once': {
    sql: `UPDATE ledger SET outcome = 'failed' WHERE ${oneOf('ledger')}`,
  },
  'no call was claimed after its answer was stored': {
    sql: `UPDATE ledger SET started_at = now() + interval '1 minute' WHERE ${oneOf('ledger')}`,
  },
  'a call has as many rows in the ledger as it had tries': {
    sql: `DELETE FROM ledger WHERE ${oneOf('ledger')}`,
  },
  'a try without a bill stands at its reserved maximum': {
    sql: `UPDATE ledger SET outcome = 'unknown', micro_usd = 0 WHERE ${oneOf('ledger')}`,
  },
  'no answer cost more than was reserved': {
    sql: `UPDATE ledger SET micro_usd = reserved_micro_usd + 1 WHERE ${oneOf('ledger')}`,
  },
  'each try was sent once': {
    seen: () => ({ journal: [...outside.journal, ...outside.journal.slice(0, 1)] }),
  },
  'everything that was asked had been claimed': {
    seen: () => ({
      journal: outside.journal.map((entry, index) => (index === 0 ? { ...entry, try: 7 } : entry)),
    }),
  },
  'what was served is booked: as it was, or as lost at its maximum': {
    sql: `UPDATE ledger SET outcome = 'failed' WHERE ${oneOf('ledger')}`,
  },
  'the ledger equals the journal, token by token': {
    sql: `UPDATE ledger SET output_tokens = output_tokens + 1 WHERE ${oneOf('ledger')}`,
  },
};

describe('the invariants of a fault run', () => {
  test('all hold after a goal that was carried out', async () => {
    expect(outside.journal.length).toBeGreaterThan(4);
    expect(await brokenBy([])).toEqual([]);
  });

  test.each(invariants.map(({ name }) => name))('damage is seen: %s', async (name) => {
    const damage = damages[name];
    if (!damage) throw new Error('There is no damage for this invariant.');
    const steps = [damage.before, damage.sql].filter((sql) => sql !== undefined);
    expect(await brokenBy(steps, damage.seen?.())).toContain(name);
  });
});
