/**
 * Assignment at size: 10,000 agents of whom 2,000 fit, each with experience in all it can. How long one caller waits for the transaction that
 * chooses an agent and takes its slot, how long 24 at once, and whether anybody was ever over capacity.
 *
 * npm run bench assignment -- [--agents 10000] [--fit 2000] [--one 500] [--total 100000] [--callers 24] [--pool 12]
 *
 * The callers share the connections of one process, as many as it has unless told otherwise. Each connection is warm before it is measured:
 * PostgreSQL plans a statement anew the first five times that a connection sends it.
 *
 * Every assignment gives back a slot that was taken before, as work that ends does, so that the load stays about half.
 */
import { parseArgs } from 'node:util';
import type { CapacityNeed } from '../src/contracts/assignment.ts';
import { takeBest } from '../src/db/assignment/assign-statement.ts';
import { createDataSource } from '../src/db/data-source.ts';
import { freeSlot } from '../src/db/assignment/agent-slots.ts';
import { newId } from '../src/db/new-id.ts';
import { createDatabase, type Database } from '../src/db/record.ts';
import { cpuBetween, cpuOf } from './support/cpu.ts';
import { heading, percentile, table } from './support/figures.ts';
import { ownerOf } from './support/sides.ts';
import { openStage, type Stage } from './support/stage.ts';

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '10000' },
    fit: { type: 'string', default: '2000' },
    one: { type: 'string', default: '500' },
    total: { type: 'string', default: '100000' },
    callers: { type: 'string', default: '24' },
    pool: { type: 'string', default: '12' },
  },
});
const size = Object.fromEntries(
  Object.entries(values).map(([name, value]) => [name, Number(value)]),
) as Record<keyof typeof values, number>;
const slots = 4;

heading('Assignment');
const stage = await openStage('assignment');
try {
  await measure(stage);
} finally {
  await stage.close();
}

async function measure(on: Stage): Promise<void> {
  const dataSource = createDataSource({
    url: on.databaseUrl,
    poolSize: size.pool,
    applicationName: 'bench',
  });
  await dataSource.initialize();
  on.closeLater(() => dataSource.destroy());
  const db = createDatabase(dataSource, { ring: () => undefined });
  const { workspaceId } = await ownerOf(db);
  await plant(db, workspaceId);
  const bench = createCaller(db, workspaceId, on);
  await bench.run({ callers: size.callers, total: size.pool * 30 });
  const one = await bench.run({ callers: 1, total: size.one });
  const many = await bench.run({ callers: size.callers, total: size.total - size.one });
  const rows = [
    ['one caller', one],
    [`${size.callers} at once`, many],
  ] as const;
  table(
    [
      'assignment',
      'n',
      'a second',
      'p50 ms',
      'p95 ms',
      'p99 ms',
      'max ms',
      'processor ms: PostgreSQL',
      'Node',
    ],
    rows.map(([name, { times, seconds, cpu }]) => {
      const at = (p: number) => percentile(times, p).toFixed(1);
      const each = (role: string) => ((cpu[role] ?? 0) / times.length).toFixed(1);
      const speed = (times.length / seconds).toFixed(0);
      return [name, times.length, speed, at(50), at(95), at(99), at(100), each('postgres'), each('node')];
    }),
  );
  const [over] = await db.acrossWorkspaces<{ now: number; cards: number }>(
    `SELECT count(*) FILTER (WHERE a.active > a.max_concurrent)::int AS now,
            count(*) FILTER (WHERE c.active <> a.active)::int AS cards FROM agents a JOIN agent_capabilities c ON c.agent_id = a.id AND c.name = ''`,
  );
  table(
    ['assignments', 'over capacity when taken', 'over capacity at the end', 'counts that differ'],
    [[one.times.length + many.times.length, bench.over(), over?.now ?? 0, over?.cards ?? 0]],
  );
  if (bench.over() + (over?.now ?? 0) + (over?.cards ?? 0) > 0) process.exitCode = 1;
}

interface Outcome {
  times: number[];
  seconds: number;
  cpu: Record<string, number>;
}

function createCaller(db: Database, workspaceId: string, on: Stage) {
  const held: string[] = [];
  let over = 0;
  const need: CapacityNeed = {
    role: 'master_operator',
    needs: [{ name: 'research', level: 3 }],
    tools: ['read_file'],
    agentId: null,
    excluded: [],
    resume: false,
  };
  const inside = <Result>(work: Parameters<typeof db.inWorkspace<Result>>[1]) =>
    db.inWorkspace<Result>({ workspaceId, actor: 'bench' }, work);
  const assign = async () => {
    const id = newId('task');
    const place = { id, rootId: id, priority: 1, deadline: null, waitingFor: null, waitingSince: null };
    const query = { need, place, now: new Date(), mayProbe: true };
    const { taken } = await inside((tx) => takeBest(tx, query, 'passed over'));
    if (!taken) throw new Error('Nobody was free.');
    if (taken.active > taken.maxConcurrent) over += 1;
    held.push(taken.id);
  };
  const leave = async () => {
    const agentId = held.splice(Math.floor(Math.random() * held.length), 1)[0];
    if (agentId) await inside(async (tx) => freeSlot(tx, agentId));
  };
  const run = async ({ callers, total }: { callers: number; total: number }): Promise<Outcome> => {
    const times: number[] = [];
    let left = total;
    const walk = async () => {
      while (left > 0) {
        left -= 1;
        const began = performance.now();
        await assign();
        times.push(performance.now() - began);
        if (held.length > (size.fit * slots) / 2) await leave();
      }
    };
    const pids = { postgres: on.pids().postgres ?? 0, node: process.pid };
    const before = cpuOf(pids);
    const began = performance.now();
    await Promise.all(Array.from({ length: callers }, walk));
    const seconds = (performance.now() - began) / 1000;
    return { times: times.sort((a, b) => a - b), seconds, cpu: cpuBetween(before, cpuOf(pids)) };
  };
  return { run, over: () => over };
}

/** Everybody has three capabilities of twenty and a level; `fit` of them research well enough. */
async function plant(db: Database, workspaceId: string): Promise<void> {
  await db.acrossWorkspaces(
    `INSERT INTO agents (id, workspace_id, name, role, revision, spec, max_concurrent)
     SELECT 'agt_' || lpad(i::text, 26, '0'), $1, 'Agent ' || i, 'master_operator', 1,
       jsonb_build_object('name', 'Agent ' || i, 'role', 'master_operator', 'instructions', repeat('Do careful work and say where it is from. ', 10),
         'tools', '["search_files", "read_file"]'::jsonb), $3
     FROM generate_series(1, $2::int) i`,
    [workspaceId, size.agents, slots],
  );
  await db.acrossWorkspaces(
    `INSERT INTO agent_capabilities (agent_id, name, workspace_id, level, tools, max_concurrent, salt, good, bad, micro_usd, ms, as_of)
     SELECT a.id, c.name, $1, c.level, '{search_files,read_file}', $3, (hashtext(a.id) & 2147483647) | 1,
       random() * 20, random() * 5, random() * 100000, random() * 60000, extract(epoch FROM now()) - random() * 2592000
     FROM (SELECT id, substr(id, 5)::int AS i FROM agents WHERE name LIKE 'Agent %') a
     CROSS JOIN LATERAL (
       SELECT '' AS name, 0 AS level
       UNION ALL SELECT 'skill' || ((a.i + k * 7) % 20), 1 + (a.i + k) % 5 FROM generate_series(1, 3) k
       UNION ALL SELECT 'research', CASE WHEN a.i <= $2::int THEN 3 + a.i % 3 ELSE 1 + a.i % 2 END WHERE a.i <= $2::int * 2) c`,
    [workspaceId, size.fit, slots],
  );
  for (const rows of ['agents', 'agent_capabilities']) await db.acrossWorkspaces(`VACUUM ANALYZE ${rows}`);
}
