import { beforeAll, describe, expect, test } from '@jest/globals';
import { cancelTask } from '../../../src/commands/cancel-task.ts';
import { createAgent } from '../../../src/commands/create-agent.ts';
import { createTask } from '../../../src/commands/create-task.ts';
import { rateTask } from '../../../src/commands/rate-task.ts';
import { setAgentDuty } from '../../../src/commands/set-agent-duty.ts';
import { AgentSpec } from '../../../src/contracts/agent.ts';
import type { AssignmentRecord } from '../../../src/contracts/assignment.ts';
import { updateAgent } from '../../../src/commands/update-agent.ts';
import { CreateTask } from '../../../src/contracts/task.ts';
import { failuresUntilError, firstProbeMs } from '../../../src/core/agent-status.ts';
import { readMetrics } from '../../../src/db/assignment/agent-experience.ts';
import { readAgent } from '../../../src/db/agent-reads.ts';
import { positionInQueue } from '../../../src/db/assignment/capacity-waiters.ts';
import { healSlots } from '../../../src/db/assignment/heal-slots.ts';
import { whoIsMissing } from '../../../src/db/assignment/nobody-able.ts';
import { listPage } from '../../../src/db/list-page.ts';
import { reopenTask } from '../../../src/db/standing/retry.ts';
import { lockTask } from '../../../src/db/task-store.ts';
import { readTask, taskList } from '../../../src/db/task-reads.ts';
import { type Desk, openDesk } from './support.ts';

describe('assignment', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk(18);
  }, 60_000);

  const hire = async (spec: Partial<AgentSpec> & { name: string }) =>
    (
      await desk.inside((tx) =>
        createAgent(tx, desk.caller, AgentSpec.parse({ role: 'master_operator', ...spec })),
      )
    ).id;
  const single = { ...AgentSpec.shape.limits.parse({}), maxConcurrent: 1 };
  const give = async (input: Partial<CreateTask>) =>
    (await desk.inside((tx) => createTask(tx, desk.caller, CreateTask.parse({ goal: 'Do it.', ...input }))))
      .id;
  const taskOf = async (id: string) => {
    const task = await desk.inside((tx) => readTask(tx, id));
    if (!task) throw new Error(`There is no task ${id}.`);
    return task;
  };
  const agentOf = async (id: string) => {
    const agent = await desk.inside((tx) => readAgent(tx, id));
    if (!agent) throw new Error(`There is no agent ${id}.`);
    return agent;
  };
  const recordOf = async (id: string) => {
    const [row] = await desk.rows<{ assignment: AssignmentRecord }>(
      'SELECT assignment FROM attempts WHERE task_id = $1 ORDER BY n DESC LIMIT 1',
      id,
    );
    return row?.assignment as AssignmentRecord;
  };
  const at = (seconds: number, taskId: string) =>
    desk.tasks.standTask({ ...desk.asker, now: Date.now() + seconds * 1000 }, { taskId });
  const calls = async (id: string) =>
    (
      await desk.rows<{ n: number }>(`SELECT count(*)::int AS n FROM outbox WHERE target = $1`, `task/${id}`)
    )[0]?.n ?? 0;
  const statuses = async (agentId: string) =>
    (
      await desk.rows<{ status: string }>(
        `SELECT data->>'status' AS status FROM events WHERE stream = $1 AND type = 'agent.status_changed' ORDER BY seq`,
        `agent/${agentId}`,
      )
    ).map(({ status }) => status);

  async function end(taskId: string, good = true): Promise<void> {
    const { start } = await desk.look(taskId);
    const key = start[0]?.key ?? '';
    const claim = await desk.claim(taskId, key);
    const tryNumber = 'claimed' in claim ? claim.claimed.try : 1;
    const error = { code: 'model_failed', message: 'It broke.' };
    await desk.settle(
      taskId,
      key,
      good ? { try: tryNumber } : { try: tryNumber, end: { as: 'failed', error } },
    );
  }

  test('one who lacks a level, a tool or duty, or who failed the task before, is left out and counted', async () => {
    const needs = (level: number) => [{ name: 'baking', level }];
    const good = await hire({ name: 'Good', capabilities: needs(5), tools: ['oven'] });
    const first = await hire({ name: 'First', capabilities: needs(3), tools: ['oven'] });
    await hire({ name: 'Beginner', capabilities: needs(2), tools: ['oven'] });
    await hire({ name: 'Without', capabilities: needs(3), tools: [] });
    const paused = await hire({ name: 'Paused', capabilities: needs(3), tools: ['oven'] });
    await desk.inside((tx) => setAgentDuty(tx, desk.caller, { agentId: paused, duty: 'pause' }));
    const id = await give({ requires: needs(3), tools: ['oven'] });
    await desk.look(id);
    expect((await taskOf(id)).agentId).toBe(first);
    await end(id, false);
    expect(await taskOf(id)).toMatchObject({ agentId: good, attempt: 2 });
    const record = await recordOf(id);
    expect(record.candidates.map(({ name }) => name)).toEqual(['Good']);
    const others = (await desk.rows(`SELECT id FROM agents WHERE role = 'master_operator'`)).length;
    expect(record.filteredOut).toEqual([
      { reason: 'lack a required capability or its level', count: others - 4 },
      { reason: 'lack a needed tool', count: 1 },
      { reason: 'failed this task before', count: 1 },
      { reason: 'paused', count: 1 },
    ]);
  });

  test('who failed the task and is paused by then is not waited for', async () => {
    const capabilities = [{ name: 'paving', level: 3 }];
    const first = await hire({ name: 'Paver', capabilities });
    const id = await give({ requires: capabilities });
    await desk.look(id);
    const second = await hire({ name: 'Other paver', capabilities, limits: single });
    const holder = await give({ agentId: second });
    await desk.look(holder);
    await end(id, false);
    expect(await taskOf(id)).toMatchObject({ status: 'waiting' });
    await desk.inside((tx) => setAgentDuty(tx, desk.caller, { agentId: first, duty: 'pause' }));
    await desk.inside((tx) => setAgentDuty(tx, desk.caller, { agentId: second, duty: 'archive' }));
    expect(await desk.look(id)).toMatchObject({ status: 'failed' });
    await end(holder);
  });

  test('nobody able: the task waits, says what is missing, and goes on when the suggested agent is created', async () => {
    await hire({ name: 'Some law', capabilities: [{ name: 'tax_law', level: 2 }] });
    const id = await give({ requires: [{ name: 'tax_law', level: 4 }], tools: ['ledger_book'] });
    await desk.look(id);
    const task = await taskOf(id);
    expect(task).toMatchObject({
      status: 'waiting',
      waitingFor: 'capacity',
      waitingDetail:
        'No Master Operator has tax_law at level 4 (the best is 2), the tool ledger_book. Create such an agent.',
    });
    const missing = await desk.inside((tx) => {
      if (!task.waitingNeed) throw new Error('It does not say what it needs.');
      return whoIsMissing(tx, task.waitingNeed);
    });
    expect(missing).toMatchObject({
      able: false,
      missing: [{ capability: 'tax_law', level: 4, best: 2 }],
      missingTools: ['ledger_book'],
    });
    const before = await calls(id);
    await hire(AgentSpec.parse(missing.suggestedAgent));
    expect(await calls(id)).toBeGreaterThan(before);
    expect(await desk.look(id)).toMatchObject({ status: 'in_progress' });
  });

  test('the suggested agent can be created when a capability is named twice: at the higher level', async () => {
    const requires = [
      { name: 'echoing', level: 4 },
      { name: 'echoing', level: 2 },
    ];
    const id = await give({ requires });
    await desk.look(id);
    const { waitingNeed } = await taskOf(id);
    if (!waitingNeed) throw new Error('It does not say what it needs.');
    const missing = await desk.inside((tx) => whoIsMissing(tx, waitingNeed));
    expect(missing.missing).toEqual([{ capability: 'echoing', level: 4, best: null }]);
    await hire(AgentSpec.parse(missing.suggestedAgent));
    expect(await desk.look(id)).toMatchObject({ status: 'in_progress' });
  });

  test('nobody is missing for what has begun: its agent finishes it, paused or archived', async () => {
    const agentId = await hire({ name: 'Finisher', limits: single });
    const need = {
      role: 'master_operator' as const,
      needs: [],
      tools: [],
      agentId,
      excluded: [],
      resume: true,
    };
    for (const duty of ['pause', 'archive'] as const) {
      await desk.inside((tx) => setAgentDuty(tx, desk.caller, { agentId, duty }));
      expect(await desk.inside((tx) => whoIsMissing(tx, need))).toMatchObject({ able: true, never: false });
    }
  });

  test('behind hundreds who wait for somebody else, who waits for an agent that is created is called', async () => {
    await desk.hire('crowding', 1);
    const [holder, waits] = [await desk.give('crowding'), await desk.give('crowding')];
    const rare = await give({ requires: [{ name: 'rareness', level: 1 }], priority: 'low' });
    for (const id of [holder, waits, rare]) await desk.look(id);
    await desk.rows(
      `INSERT INTO tasks SELECT (jsonb_populate_record(t, jsonb_build_object('id', t.id || '_' || n))).*
         FROM tasks t, generate_series(1, 200) AS n WHERE t.id = $1 RETURNING id`,
      waits,
    );
    const before = await calls(rare);
    await hire({ name: 'Rare', capabilities: [{ name: 'rareness', level: 1 }] });
    expect(await calls(rare)).toBe(before + 1);
    await desk.rows(`DELETE FROM tasks WHERE id LIKE $1 RETURNING id`, `${waits}\\_%`);
    await end(holder);
    await end(waits);
  });

  test('the list tells who waits because nobody is able from who waits because somebody is busy', async () => {
    const one = { ...AgentSpec.shape.limits.parse({}), maxConcurrent: 1 };
    const agentId = await hire({ name: 'Busy', capabilities: [{ name: 'gilding', level: 2 }], limits: one });
    const requires = (level: number) => ({ requires: [{ name: 'gilding', level }] });
    const [works, waits, unable] = [
      await give(requires(2)),
      await give(requires(2)),
      await give(requires(3)),
    ];
    for (const id of [works, waits, unable]) await desk.look(id);
    const listed = async (filter: string) => {
      const query = { filter, pageSize: 100 };
      const { items } = await desk.inside((tx) => listPage<{ id: string }>(tx, taskList, query));
      const ours = new Set([works, waits, unable]);
      return items.map(({ id }) => id).filter((id) => ours.has(id));
    };
    expect(await listed('waitingFor == "capacity"')).toEqual([unable, waits]);
    expect(await listed('nobodyAble')).toEqual([unable]);
    await desk.inside((tx) => setAgentDuty(tx, desk.caller, { agentId, duty: 'pause' }));
    expect(await listed('nobodyAble')).toEqual([unable, waits]);
  });

  test('who is asked for by name and paused is waited for; who is archived is a failure', async () => {
    const agentId = await hire({ name: 'Wanda' });
    const duty = (what: 'pause' | 'resume' | 'archive') =>
      desk.inside((tx) => setAgentDuty(tx, desk.caller, { agentId, duty: what }));
    await duty('pause');
    const [first, second] = [await give({ agentId }), await give({ agentId })];
    await desk.look(first);
    expect(await taskOf(first)).toMatchObject({ waitingDetail: 'Waits for Wanda, who is paused' });
    await duty('resume');
    expect(await desk.look(first)).toMatchObject({ status: 'in_progress' });
    await duty('archive');
    expect(await desk.look(second)).toMatchObject({ status: 'failed' });
    expect((await taskOf(second)).error?.code).toBe('no_capable_agent');
  });

  test('who waits for an agent by name hears that it is archived', async () => {
    const limits = { ...AgentSpec.shape.limits.parse({}), maxConcurrent: 1 };
    const agentId = await hire({ name: 'Willa', limits });
    const [, waits] = [await give({ agentId }), await give({ agentId })];
    for (const id of [await give({ agentId }), waits]) await desk.look(id);
    expect(await taskOf(waits)).toMatchObject({ status: 'waiting', waitingFor: 'capacity' });
    const before = await calls(waits);
    await desk.inside((tx) => setAgentDuty(tx, desk.caller, { agentId, duty: 'archive' }));
    expect(await calls(waits)).toBe(before + 1);
    expect(await desk.look(waits)).toMatchObject({ status: 'failed' });
  });

  test('the queue goes by priority, then deadline, then who holds least, then age; places are shown', async () => {
    const capabilities = [{ name: 'queues', level: 3 }];
    const agentId = await hire({
      name: 'Single',
      capabilities,
      limits: { ...AgentSpec.shape.limits.parse({}), maxConcurrent: 1 },
    });
    const requires = capabilities;
    const holder = await give({ requires });
    await desk.look(holder);
    const order = {
      greedy: await give({ requires }),
      plain: await give({ requires }),
      dated: await give({ requires, deadline: '2999-01-01T00:00:00Z' }),
      low: await give({ requires, priority: 'low' }),
      urgent: await give({ requires, priority: 'urgent' }),
    };
    for (const id of Object.values(order)) await desk.look(id);
    // The goal of the eldest holds a slot already.
    const other = await desk.hire('elsewhere');
    const sibling = await desk.give('elsewhere');
    await desk.look(sibling);
    await desk.rows(`UPDATE tasks SET root_id = $2 WHERE id = $1`, sibling, order.greedy);
    expect((await agentOf(other)).active).toBe(1);
    const place = async (id: string) => {
      const { waitingNeed, ...task } = await taskOf(id);
      if (!waitingNeed) throw new Error('It does not wait.');
      return desk.inside((tx) => positionInQueue(tx, { ...task, waitingNeed }));
    };
    const names = Object.keys(order) as (keyof typeof order)[];
    const places = await Promise.all(names.map(async (name) => [name, await place(order[name])] as const));
    expect(places.toSorted((a, b) => a[1] - b[1]).map(([name]) => name)).toEqual([
      'urgent',
      'dated',
      'plain',
      'greedy',
      'low',
    ]);
    let at = holder;
    for (const name of ['urgent', 'dated', 'plain', 'greedy', 'low'] as const) {
      const before = await calls(order[name]);
      await end(at);
      expect([name, await calls(order[name])]).toEqual([name, before + 1]);
      // Who is not next does not take the slot, even when it looks first.
      if (name !== 'low') expect(await desk.look(order.low)).toMatchObject({ status: 'waiting' });
      expect([name, (await desk.look(order[name])).status]).toEqual([name, 'in_progress']);
      at = order[name];
    }
    await end(at);
    expect((await agentOf(agentId)).active).toBe(0);
  });

  test('who waits keeps the place when others are busy by then', async () => {
    const capabilities = [{ name: 'patrols', level: 3 }];
    const anna = await hire({ name: 'Anna', capabilities, limits: single });
    await hire({ name: 'Bert', capabilities, limits: single });
    const ids = [];
    for (let n = 0; n < 4; n += 1) ids.push(await give({ requires: capabilities }));
    for (const id of ids) await desk.look(id);
    const waits = ids[2] ?? '';
    const { waitingDetail, waitingSince } = await taskOf(waits);
    const changes = { name: 'Antonia' };
    await desk.inside((tx) => updateAgent(tx, desk.caller, { agentId: anna, changes, ifMatch: null }));
    await desk.look(waits);
    const after = await taskOf(waits);
    expect(after.waitingDetail).not.toBe(waitingDetail);
    expect(after.waitingSince).toEqual(waitingSince);
    for (const id of ids) await end(id);
  });

  test('the same need in another order stands in the same queue', async () => {
    const need = (...names: string[]) => names.map((name) => ({ name, level: 1 }));
    const capabilities = need('knots', 'sails');
    await hire({ name: 'Bosun', capabilities, limits: single, tools: ['read_file', 'search_files'] });
    const ids = [
      await give({ requires: capabilities }),
      await give({ requires: capabilities, tools: ['read_file', 'search_files'] }),
      await give({ requires: need('sails', 'knots', 'sails'), tools: ['search_files', 'read_file'] }),
    ];
    for (const id of ids) await desk.look(id);
    const needs = await Promise.all(ids.slice(1).map(async (id) => (await taskOf(id)).waitingNeed));
    expect(needs[1]).toEqual(needs[0]);
    for (const id of ids) await end(id);
  });

  test('who comes new does not pass who waits; what has begun goes before what is new', async () => {
    const agentId = await desk.hire('patience', 1);
    const [holder, waiter] = [await desk.give('patience'), await desk.give('patience')];
    await desk.look(holder);
    await desk.look(waiter);
    await end(holder);
    const late = await desk.give('patience');
    expect(await desk.look(late)).toMatchObject({ status: 'waiting' });
    expect(await desk.look(waiter)).toMatchObject({ status: 'in_progress' });
    await desk.inside((tx) => cancelTask(tx, desk.caller, { taskId: late }));
    await desk.look(late);
    await end(waiter);
    expect((await agentOf(agentId)).status).toBe('idle');
  });

  test('an agent that keeps failing gets no work but a probe when it is due; a success ends that', async () => {
    const capabilities = [{ name: 'reeling', level: 3 }];
    const agentId = await hire({ name: 'Reeling', capabilities });
    for (let n = 0; n < failuresUntilError; n += 1) await end(await give({ requires: capabilities }), false);
    expect(await agentOf(agentId)).toMatchObject({ status: 'error', failingStreak: failuresUntilError });
    const waiting = await give({ requires: capabilities });
    await desk.look(waiting);
    const task = await taskOf(waiting);
    expect(task).toMatchObject({ status: 'waiting', waitingFor: 'capacity' });
    expect(Math.abs((task.wakeAt?.getTime() ?? 0) - Date.now() - firstProbeMs)).toBeLessThan(firstProbeMs);
    const well = await hire({ name: 'Well', capabilities });
    const work = await give({ requires: capabilities });
    await desk.look(work);
    expect(await taskOf(work)).toMatchObject({ agentId: well });
    expect((await recordOf(work)).filteredOut).toContainEqual({ reason: 'keep failing', count: 1 });
    await at(firstProbeMs / 1000 + 1, waiting);
    expect(await taskOf(waiting)).toMatchObject({ agentId, status: 'in_progress' });
    expect((await recordOf(waiting)).reason).toContain('tries whether it is well again');
    expect(await recordOf(waiting)).toMatchObject({ probe: true });
    // One probe at a time: the next is due later.
    const next = await give({ requires: capabilities });
    await at(firstProbeMs / 1000 + 2, next);
    expect((await taskOf(next)).agentId).toBe(well);
    await end(waiting);
    expect(await agentOf(agentId)).toMatchObject({ status: 'idle', failingStreak: 0, failingSince: null });
    expect((await statuses(agentId)).slice(-2)).toEqual(['error', 'idle']);
  });

  test('who waits while an agent goes to error hears it, and comes again when a probe is due', async () => {
    const capabilities = [{ name: 'swaying', level: 3 }];
    const agentId = await hire({ name: 'Swaying', capabilities, limits: single });
    for (let n = 1; n < failuresUntilError; n += 1) await end(await give({ requires: capabilities }), false);
    const [holder, waits] = [await give({ requires: capabilities }), await give({ requires: capabilities })];
    for (const id of [holder, waits]) await desk.look(id);
    const before = await calls(waits);
    await end(holder, false);
    expect(await agentOf(agentId)).toMatchObject({ status: 'error' });
    expect(await calls(waits)).toBe(before + 1);
    await desk.look(waits);
    const { waitingDetail, wakeAt } = await taskOf(waits);
    expect(waitingDetail).toContain('keeps failing');
    expect(wakeAt).toEqual((await agentOf(agentId)).probeAt);
    await at(firstProbeMs / 1000 + 1, waits);
    await end(waits);
    expect(await agentOf(agentId)).toMatchObject({ status: 'idle' });
  });

  test('a rating is of one result: what is done again is rated anew, and the first stays counted', async () => {
    const agentId = await desk.hire('reworking');
    const id = await desk.give('reworking');
    const rate = (rating: number) => desk.inside((tx) => rateTask(tx, desk.caller, { taskId: id, rating }));
    await end(id);
    await rate(1);
    await desk.inside(async (tx) => reopenTask(tx, await lockTask(tx, id), { goal: 'Do it better.' }));
    expect((await taskOf(id)).rating).toBeNull();
    await end(id);
    await rate(5);
    const metrics = await desk.inside((tx) => readMetrics(tx, agentId, new Date()));
    expect(metrics?.overall.success).toBeCloseTo(4 / 6, 4);
  });

  test('a poor rating counts as a failure, a better one takes it back; only finished work is rated', async () => {
    const agentId = await desk.hire('rating');
    const id = await desk.give('rating');
    await expect(
      desk.inside((tx) => rateTask(tx, desk.caller, { taskId: id, rating: 1 })),
    ).rejects.toMatchObject({ code: 'wrong_state' });
    await end(id);
    const success = async () => (await desk.inside((tx) => readMetrics(tx, agentId, new Date())))?.overall;
    expect((await success())?.success).toBeCloseTo(4 / 5, 4);
    expect(await success()).toMatchObject({ usd: 0.0007, seconds: 0.003 });
    await desk.inside((tx) => rateTask(tx, desk.caller, { taskId: id, rating: 2, note: 'Thin.' }));
    expect((await success())?.success).toBeCloseTo(3 / 5, 4);
    await desk.inside((tx) => rateTask(tx, desk.caller, { taskId: id, rating: 5 }));
    expect((await success())?.success).toBeCloseTo(4 / 5, 4);
    expect((await taskOf(id)).rating).toBe(5);
    const rated = await desk.rows(
      `SELECT data->'rating' AS rating FROM events WHERE stream = $1 AND type = 'task.rated' ORDER BY seq`,
      `task/${id}`,
    );
    expect(rated).toEqual([{ rating: 2 }, { rating: 5 }]);
  });

  test('a count of work in hand that drifted is counted again, said, and whoever waits looks again', async () => {
    const agentId = await desk.hire('drifting', 1);
    await desk.rows('UPDATE agents SET active = 1 WHERE id = $1', agentId);
    await desk.rows('UPDATE agent_capabilities SET active = 1 WHERE agent_id = $1', agentId);
    const id = await desk.give('drifting');
    expect(await desk.look(id)).toMatchObject({ status: 'waiting' });
    const before = await calls(id);
    expect(await healSlots(desk.db)).toBe(1);
    expect(await healSlots(desk.db)).toBe(0);
    expect(await calls(id)).toBe(before + 1);
    expect(await desk.look(id)).toMatchObject({ status: 'in_progress' });
    expect(await agentOf(agentId)).toMatchObject({ active: 1, status: 'busy' });
    const repairs = await desk.rows(
      `SELECT 1 FROM events WHERE stream = $1 AND type = 'repair.made'`,
      `agent/${agentId}`,
    );
    expect(repairs.length).toBe(1);
  });

  test('the events of an agent fold to the status that the record has, whatever happened at once', async () => {
    const agentId = await desk.hire('folding', 3);
    const ids = await Promise.all(Array.from({ length: 12 }, () => desk.give('folding')));
    await Promise.all(ids.map((id) => desk.look(id)));
    expect((await statuses(agentId)).at(-1)).toBe('busy');
    for (let left = ids; left.length > 0; ) {
      const open = await desk.rows<{ id: string }>(
        `SELECT id FROM tasks WHERE id = ANY ($1) AND status = 'in_progress'`,
        left,
      );
      await Promise.all(open.map(({ id }) => end(id)));
      left = left.filter((id) => !open.some((each) => each.id === id));
      await Promise.all(left.map((id) => desk.look(id)));
      expect((await statuses(agentId)).at(-1)).toBe((await agentOf(agentId)).status);
    }
    const seen = await statuses(agentId);
    expect(seen.at(-1)).toBe('idle');
    expect(seen.every((status, i) => status !== seen[i - 1])).toBe(true);
  });
});
