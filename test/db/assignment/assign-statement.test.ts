import { setImmediate } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AgentSpec } from '../../../src/contracts/agent.ts';
import {
  type AssignmentWeights,
  type CapacityNeed,
  defaultWeights,
} from '../../../src/contracts/assignment.ts';
import {
  type Experience,
  saltOf,
  scoreCandidate,
  topCandidates,
} from '../../../src/core/task/score-assignment.ts';
import { writeCards } from '../../../src/db/assignment/agent-cards.ts';
import { insertAgent, reviseAgent } from '../../../src/db/agent-store.ts';
import { takeBest } from '../../../src/db/assignment/assign-statement.ts';
import type { AgentCapabilityRow } from '../../../src/db/mappings/agent-capability.ts';
import { newId } from '../../../src/db/new-id.ts';
import { shortlistFor, shortlistFrom, shortlistSize } from '../../../src/db/assignment/shortlists.ts';
import { postgresVersions } from '../../support/database.ts';
import { type Desk, openDesk } from '../tasks/support.ts';

const now = new Date('2030-01-01T00:00:00Z');
const seconds = now.getTime() / 1000;
const names = ['reading', 'writing', 'sums'];

const needOf = (needs: CapacityNeed['needs']): CapacityNeed => ({
  role: 'master_operator',
  needs,
  tools: [],
  agentId: null,
  excluded: [],
  resume: false,
});

const weights = fc
  .record<AssignmentWeights>({
    fit: fc.integer({ min: 0, max: 100 }),
    load: fc.integer({ min: 0, max: 100 }),
    success: fc.integer({ min: 0, max: 100 }),
    cost: fc.integer({ min: 0, max: 100 }),
    speed: fc.integer({ min: 0, max: 100 }),
    exploration: fc.integer({ min: 1, max: 100 }),
  })
  .map((each) => ({ ...defaultWeights, ...each }));
const needs = fc
  .uniqueArray(fc.constantFrom(...names), { maxLength: 3 })
  .chain((some) =>
    fc.tuple(...some.map((name) => fc.integer({ min: 1, max: 5 }).map((level) => ({ name, level })))),
  );
const thousandths = fc.integer({ min: 0, max: 500_000 }).map((n) => n / 1000);
const figures = fc.record({
  good: thousandths,
  bad: thousandths,
  microUsd: fc.option(thousandths),
  ms: fc.option(fc.integer({ min: 0, max: 100_000_000 })),
  asOf: fc.constantFrom(0, seconds - 86_400 * 400, seconds - 86_400 * 14, seconds - 5, seconds + 60),
});
const agents = fc.array(
  fc.record({
    levels: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 3, maxLength: 3 }),
    figures: fc.array(figures, { minLength: 4, maxLength: 4 }),
    active: fc.integer({ min: 0, max: 3 }),
    maxConcurrent: fc.integer({ min: 1, max: 3 }),
  }),
  { minLength: 1, maxLength: 25 },
);

describe.each(postgresVersions)('the statement of assignment on PostgreSQL %i', (version) => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk(version);
  }, 60_000);

  const takeOne = (need: CapacityNeed, locked: Parameters<typeof takeBest>[2], id = newId('task')) => {
    const place = { id, rootId: id, priority: 1, deadline: null, waitingFor: null, waitingSince: null };
    return desk.inside((tx) => takeBest(tx, { need, place, now, mayProbe: true }, locked));
  };

  type Plan = typeof agents extends fc.Arbitrary<infer T> ? T : never;

  /** Agents with these cards; @returns the cards as they are stored. */
  async function plant(plan: Plan): Promise<Map<string, AgentCapabilityRow[]>> {
    await desk.rows(`UPDATE agent_capabilities SET duty = 'archived'`);
    const ids: string[] = [];
    for (const { levels, figures: known, active, maxConcurrent } of plan) {
      const spec = AgentSpec.parse({
        name: `Agent ${ids.length}`,
        role: 'master_operator',
        capabilities: names.flatMap((name, i) => (levels[i] ? [{ name, level: levels[i] }] : [])),
        limits: { maxConcurrent },
      });
      const { id } = await desk.inside((tx) => insertAgent(tx, spec));
      ids.push(id);
      await desk.rows('UPDATE agents SET active = $2 WHERE id = $1', id, active);
      for (const [i, name] of ['', ...names].entries()) {
        const { good = 0, bad = 0, microUsd = null, ms = null, asOf = 0 } = known[i] ?? {};
        await desk.rows(
          `UPDATE agent_capabilities SET active = $3, good = $4, bad = $5, micro_usd = $6, ms = $7, as_of = $8 WHERE agent_id = $1 AND name = $2`,
          ...[id, name, active, good, bad, microUsd, ms, asOf],
        );
      }
    }
    const cards = await desk.rows<AgentCapabilityRow>(
      'SELECT * FROM agent_capabilities WHERE agent_id = ANY ($1)',
      ids,
    );
    return Map.groupBy(cards, ({ agentId }) => agentId);
  }

  test('it comes to what the formula says, for any agents, needs and weights, and takes the best free one', async () => {
    await fc.assert(
      fc.asyncProperty(agents, needs, weights, async (plan, wanted, own) => {
        const cards = await plant(plan);
        await desk.rows(
          `UPDATE workspaces SET settings = jsonb_build_object('assignmentWeights', $1::jsonb)`,
          JSON.stringify(own),
        );
        const taskId = newId('task');
        const occasion = { needs: wanted, weights: own, now: seconds, salt: saltOf(taskId) };
        const expected = [...cards].flatMap(([agentId, all]) => {
          const ofNeeds = wanted.map(({ name, level }) =>
            all.find((each) => each.name === name && each.level >= level),
          );
          if (ofNeeds.includes(undefined)) return [];
          const experience = wanted.length > 0 ? ofNeeds : all.filter(({ name }) => name === '');
          const { active, maxConcurrent, salt } = all[0] as AgentCapabilityRow;
          const candidate = { active, maxConcurrent, salt, experience: experience as Experience[] };
          return [{ agentId, free: active < maxConcurrent, ...scoreCandidate(candidate, occasion) }];
        });
        expected.sort((a, b) => b.score - a.score || (a.agentId < b.agentId ? -1 : 1));
        const need = needOf(wanted);
        const answer = await takeOne(need, 'passed over', taskId);
        expect(answer.able).toBe(expected.length);
        expect(answer.top.map(({ agentId }) => agentId)).toEqual(
          expected.slice(0, topCandidates).map(({ agentId }) => agentId),
        );
        for (const [i, got] of answer.top.entries())
          for (const part of ['score', 'fit', 'load', 'success', 'cost', 'speed', 'exploration'] as const)
            expect(got[part]).toBeCloseTo(expected[i]?.[part] ?? Number.NaN, 9);
        const best = expected.find(({ free }) => free);
        expect(answer.taken?.id).toBe(best?.agentId);
        if (best)
          expect(answer.taken?.skipped).toBe(
            expected.filter(({ free, score }) => !free && score > best.score).length,
          );
      }),
      { numRuns: 20, endOnFailure: true },
    );
  }, 120_000);

  test('where hundreds are able a shortlist says where to look: those on it who stop are passed over, and all slots are used, each once', async () => {
    const spec = (n: number) =>
      AgentSpec.parse({
        name: `Legion ${n}`,
        role: 'master_operator',
        capabilities: [{ name: 'legion', level: 3 }],
        limits: { maxConcurrent: 1 },
      });
    const size = shortlistFrom + 30;
    await desk.inside(async (tx) => {
      for (let n = 0; n < size; n += 1) await insertAgent(tx, spec(n));
    });
    const need = needOf([{ name: 'legion', level: 1 }]);
    const take = () => takeOne(need, 'passed over');
    const first = await take();
    expect(first).toMatchObject({ able: size, taken: { id: first.top[0]?.agentId } });
    const list = await desk.inside(async (tx) => shortlistFor(tx, need));
    expect(list?.agentIds).toHaveLength(shortlistSize);
    // Whose last slot is taken leaves the list, the next one moves up.
    expect(list?.agentIds).not.toContain(first.taken?.id);
    const paused = list?.agentIds.at(-1);
    await desk.rows('UPDATE agents SET paused_at = now() WHERE id = $1', paused);
    await desk.inside((tx) => writeCards(tx, paused ?? ''));
    const taken = [first.taken?.id];
    for (let answer = await take(); answer.taken; answer = await take()) taken.push(answer.taken.id);
    expect(new Set(taken).size).toBe(size - 1);
    expect(taken).toHaveLength(size - 1);
    expect(taken).not.toContain(paused);
    expect(await take()).toMatchObject({ taken: null, filtered: { paused: 1 } });
  }, 60_000);

  test('who is changed at this moment is passed over: the cards that were read may not be true any more', async () => {
    const capabilities = [{ name: 'changing', level: 3 }];
    const spec = AgentSpec.parse({ name: 'Changing', role: 'master_operator', capabilities });
    const { id: agentId } = await desk.inside((tx) => insertAgent(tx, spec));
    const need = needOf(capabilities);
    const take = () => takeOne(need, 'waited for');
    const somebodyWaits = async () => {
      const waits = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
      while ((await desk.rows(waits)).length === 0) await setImmediate();
    };
    let meanwhile: ReturnType<typeof take> | undefined;
    await desk.inside(async (tx) => {
      await reviseAgent(tx, agentId, { ...spec, capabilities: [{ name: 'changing', level: 1 }] });
      meanwhile = take();
      await somebodyWaits();
    });
    expect((await meanwhile)?.taken).toBeNull();
    await desk.inside((tx) => reviseAgent(tx, agentId, spec));
    expect((await take()).taken).toMatchObject({ id: agentId, revision: 3, spec });
  });

  test('with many at once nobody is over capacity, and all slots are used', async () => {
    const spec = (n: number) =>
      AgentSpec.parse({
        name: `Crowd ${n}`,
        role: 'master_operator',
        capabilities: [{ name: 'crowd', level: 3 }],
        limits: { maxConcurrent: 3 },
      });
    for (let n = 0; n < 20; n += 1) await desk.inside((tx) => insertAgent(tx, spec(n)));
    const need = needOf([{ name: 'crowd', level: 1 }]);
    let taken = 0;
    const walk = async () => {
      for (let n = 0; n < 5; n += 1) {
        const answer = await takeOne(need, 'waited for');
        if (answer.taken) taken += 1;
      }
    };
    await Promise.all(Array.from({ length: 16 }, walk));
    expect(taken).toBe(60);
    const rows = await desk.rows(
      `SELECT DISTINCT a.active, a.max_concurrent, c.active AS card FROM agents a JOIN agent_capabilities c ON c.agent_id = a.id WHERE a.name LIKE 'Crowd %'`,
    );
    expect(rows).toEqual([{ active: 3, maxConcurrent: 3, card: 3 }]);
  });
});
