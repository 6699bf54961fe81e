/**
 * Assignment: one statement filters, scores, takes the slot of the best and tells why.
 *
 * 1. It reads one card per agent and need (agent_capabilities): ten thousand agents cost nothing when two thousand fit.
 * 2. The formula is that of core/task/score-assignment.ts, with its constants; a property test holds the two together.
 * 3. Capacity is checked with the agent's row locked. At first rows that somebody holds are passed over, which costs nobody time; who
 *    has shut the gate (agent-gate) waits for them and looks at all.
 * 4. Where hundreds are able, one process looks at all of them about once a second and in between at the best of those (shortlists); when
 *    none of them has a slot, at all again.
 * 5. Slots belong first to tasks that have begun with that agent, then to those that wait longer (queue-order).
 */
import { type CapacityNeed, defaultWeights } from '../../contracts/assignment.ts';
import { firstProbeMs, longestProbeMs } from '../../core/agent-status.ts';
import {
  fadingSql,
  luckModulus,
  middlingMicroUsd,
  middlingMs,
  priorAll,
  priorGood,
  saltOf,
  topCandidates,
  unknownFigure,
  wastePerLevel,
} from '../../core/task/score-assignment.ts';
import { sayStatus } from '../agent-status-events.ts';
import type { AssignmentAnswer, Taken } from './assignment-answer.ts';
import { aheadInQueue, type Place, placeValues } from './queue-order.ts';
import {
  keepShortlist,
  type Shortlist,
  shortlistFor,
  shortlistFrom,
  shortlistLength,
  shortlistSize,
  strikeOff,
} from './shortlists.ts';
import type { Tx } from '../record.ts';

export interface AssignmentQuery {
  need: CapacityNeed;
  place: Place;
  now: Date;
  /** Whether it may try out an agent that keeps failing although others are well. */
  mayProbe: boolean;
}

interface AnswerRow extends Omit<AssignmentAnswer, 'taken' | 'vacant'> {
  /** Not told of a shortlist. */
  vacant?: boolean;
  taken: (Taken & StatusFacts) | null;
  /** The best that have free slots. */
  shortlist: string[] | null;
}

interface StatusFacts {
  pausedAt: null;
  archivedAt: null;
  failingSince: Date | null;
}

const partNames = Object.keys(defaultWeights) as (keyof typeof defaultWeights)[];

export async function takeBest(
  tx: Tx,
  query: AssignmentQuery,
  locked: 'passed over' | 'waited for',
): Promise<AssignmentAnswer> {
  const short = locked === 'passed over' ? shortlistFor(tx, query.need) : null;
  if (short) {
    const answer = await take(tx, query, { wait: false, short });
    if (answer.taken) return answer;
  }
  return take(tx, query, { wait: locked === 'waited for', short: null });
}

async function take(
  tx: Tx,
  { need, place, now, mayProbe }: AssignmentQuery,
  { wait, short }: { wait: boolean; short: Shortlist | null },
): Promise<AssignmentAnswer> {
  const needs = need.needs.length > 0 ? need.needs : [{ name: '', level: 0 }];
  const [row] = await tx.sql<AnswerRow>(
    statement({ many: needs.length > 1, one: need.agentId !== null, wait, short: short !== null }),
    [
      tx.workspaceId,
      ...placeValues(need, place),
      need.role,
      needs.map(({ name }) => name),
      needs.map(({ level }) => level),
      need.tools,
      need.excluded,
      need.agentId,
      saltOf(place.id),
      now,
      now.getTime() / 1000,
      mayProbe,
      ...(short ? [short.agentIds] : []),
    ],
  );
  if (!row) throw new Error('The assignment gave no answer.');
  const { taken, shortlist, ...counted } = row;
  if (shortlist) keepShortlist(tx, need, { ...counted, agentIds: shortlist });
  if (taken) {
    if (taken.active >= taken.maxConcurrent) strikeOff(tx, need, taken.id);
    const after = { ...taken, pausedAt: null, archivedAt: null };
    const reason = taken.probe ? 'tries whether it is well again' : 'began work';
    sayStatus(tx, taken.id, { before: { ...after, active: taken.active - 1 }, after, reason });
  }
  const { able, filtered, nextProbeAt } = short ?? counted;
  const { vacant = false } = row;
  return { taken, top: row.top ?? [], able, vacant, filtered, nextProbeAt: nextProbeAt ?? null };
}

interface Shape {
  /** More than one need: the cards of an agent are put together. */
  many: boolean;
  /** Only one agent will do. Who names it sends a probe himself. */
  one: boolean;
  wait: boolean;
  /** Only these are looked at. */
  short: boolean;
}

const texts = new Map<string, string>();

function statement(shape: Shape): string {
  const key = JSON.stringify(shape);
  const text = texts.get(key) ?? write(shape);
  texts.set(key, text);
  return text;
}

/** $1..$7 stand for aheadInQueue, $8 role, $9, $10 needs, $11 tools, $12 excluded, $13 agent, $14 salt, $15, $16 now, $17 probe?, $18 the shortlist */
const kept = fadingSql('$16::float8 - c.as_of');
const figure = (column: string, middling: number) =>
  `coalesce(${middling}::float8 / (${middling}::float8 + c.${column}), ${unknownFigure}::float8)`;

/** What one card says of each part. */
const ofCard = {
  fit: `1 - ${wastePerLevel}::float8 * (c.level - n.level)`,
  success: `(c.good * k.kept + ${priorGood}) / ((c.good + c.bad) * k.kept + ${priorAll})`,
  cost: figure('micro_usd', middlingMicroUsd),
  speed: figure('ms', middlingMs),
  attempts: '(c.good + c.bad) * k.kept',
};
/** One need is taken out of the arrays: how many rows a list makes is not known beforehand, and PostgreSQL would plan anew each time. */
const neededBy = (many: boolean) =>
  many
    ? 'unnest($9::text[], $10::int[]) AS n (name, level)'
    : '(SELECT ($9::text[])[1] AS name, ($10::int[])[1] AS level) n';
const fresh = `CROSS JOIN LATERAL (SELECT ${kept} AS kept OFFSET 0) k`;

/** Of several needs the mean counts, and only who has all of them is able. */
function partsOf(many: boolean): Record<(typeof partNames)[number], string> {
  const over = (name: keyof typeof ofCard) => (many ? `avg(${ofCard[name]})` : ofCard[name]);
  const own = (column: string) => (many ? `max(c.${column})` : `c.${column}`);
  return {
    fit: over('fit'),
    load: `1 - least(1, ${own('active')}::float8 / ${own('max_concurrent')})`,
    success: over('success'),
    cost: over('cost'),
    speed: over('speed'),
    exploration: `((${own('salt')}::bigint * $14::bigint) % ${luckModulus})::float8 / ${luckModulus} / sqrt(1 + ${over('attempts')})`,
  };
}

/** The workspace's own weights, or those of everybody, as shares of one. */
const shares = `SELECT ${partNames.map((name) => `${name} / total AS w_${name}`).join(', ')} FROM (
    SELECT *, ${partNames.join(' + ')} AS total FROM (
      SELECT ${partNames.map((name) => `coalesce((settings->'assignmentWeights'->>'${name}')::float8, ${defaultWeights[name]}) AS ${name}`).join(', ')}
        FROM workspaces WHERE id = $1) own) own`;

/** Why somebody able gets no work now, what would last first; null: nothing speaks against it. */
function reasonsOf({ many, one }: Shape): string {
  const own = (column: string) => (many ? `max(c.${column})` : `c.${column}`);
  return `CASE WHEN NOT ${own('tools')} @> $11::text[] THEN 'tools' WHEN c.agent_id = ANY ($12::text[]) THEN 'excluded'
      WHEN ${own('duty')} = 'paused' THEN 'paused' ${one ? '' : `WHEN ${own('probe_at')} > $15 THEN 'failing'`} END`;
}

/** Everybody able, with what the parts of a score are. */
function scored(shape: Shape): string {
  const { many, one, short } = shape;
  const own = (column: string) => (many ? `max(c.${column})` : `c.${column}`);
  const parts = Object.entries(partsOf(many)).map(([name, sql]) => `${sql} AS ${name}`);
  return `SELECT p.*, ${partNames.map((name) => `w.w_${name} * p.${name}`).join(' + ')} AS score FROM weight w, (
      SELECT c.agent_id, greatest(${own('max_concurrent')} - ${own('active')}, 0) AS free, ${own('probe_at')} AS probe_at, ${reasonsOf(shape)} AS out,
        ${parts.join(', ')}
      FROM ${neededBy(many)}
      JOIN agent_capabilities c ON c.workspace_id = $1 AND c.name = n.name AND c.level >= n.level AND c.role = $8 AND c.duty <> 'archived'
        AND ${one ? 'c.agent_id = $13' : '$13::text IS NULL'} ${short ? 'AND c.agent_id = ANY ($18::text[])' : ''}
      ${fresh} ${many ? 'GROUP BY c.agent_id HAVING count(*) = cardinality($9::text[])' : ''} OFFSET 0) p`;
}

/**
 * Takes the first in the ranking whose row nobody holds, unless those who come before the task need all the slots. `seen` stays as it was when the
 * statement began: who was changed since may not be able any more, and is passed over.
 */
function winner({ one, wait }: Shape): string {
  const ranking = `CASE WHEN $17 THEN probe_at IS NOT NULL ELSE probe_at IS NULL END DESC, score DESC, agent_id`;
  return `SELECT f.*, a.* FROM (
      SELECT agent_id, score, ${partNames.join(', ')} FROM scored WHERE out IS NULL AND free > 0 ORDER BY ${ranking} ${wait ? '' : `LIMIT ${shortlistSize}`}
    ) f CROSS JOIN LATERAL (
      SELECT a.id, a.name, a.revision, a.active, a.max_concurrent, a.failing_since, a.probes FROM agents a JOIN agents seen ON seen.id = a.id
       WHERE a.id = f.agent_id AND a.workspace_id = $1 AND a.paused_at IS NULL AND a.archived_at IS NULL AND a.revision = seen.revision
         ${one ? '' : 'AND (a.probe_at > $15) IS NOT TRUE'}
         AND a.active + (SELECT count(*) FROM tasks w WHERE w.workspace_id = $1 AND w.status = 'waiting' AND w.waiting_for = 'capacity'
                           AND w.agent_id = f.agent_id AND w.waiting_need @> '{"resume": true}') < a.max_concurrent
       FOR NO KEY UPDATE OF a ${wait ? '' : 'SKIP LOCKED'}) a
    WHERE CASE WHEN (SELECT n FROM ahead) = 0 THEN true
      ELSE (SELECT coalesce(sum(free), 0) FROM scored WHERE out IS NULL) > (SELECT n FROM ahead) END LIMIT 1`;
}

const partsJson = (row: string) => partNames.map((name) => `'${name}', ${row}.${name}`).join(', ');

/** The answer's columns about all who are able; a shortlist knows them from when it was made. */
function counted({ one, wait }: Shape): string {
  const list = `(SELECT json_agg(agent_id) FROM (
      SELECT agent_id FROM scored WHERE out IS NULL AND free > 0 AND probe_at IS NULL ORDER BY score DESC, agent_id LIMIT ${shortlistLength}) l)`;
  return `r.able, r.vacant, r.next_probe_at, ${wait || one ? 'NULL' : `CASE WHEN r.able > ${shortlistFrom} THEN ${list} END`} AS shortlist,
    json_build_object('incapable', (SELECT count(*) FROM agents WHERE workspace_id = $1 AND role = $8 AND archived_at IS NULL) - r.known,
      'tools', r.tools, 'excluded', r.excluded, 'paused', r.paused, 'failing', r.failing) AS filtered,`;
}

const room = `(SELECT count(*)::int AS known, (count(*) - count(out))::int AS able,
      coalesce(sum(free) FILTER (WHERE out IS NULL), 0) > (SELECT n FROM ahead) AS vacant,
      count(*) FILTER (WHERE out = 'paused') AS paused, count(*) FILTER (WHERE out = 'tools') AS tools,
      count(*) FILTER (WHERE out = 'excluded') AS excluded, count(*) FILTER (WHERE out = 'failing') AS failing,
      min(probe_at) FILTER (WHERE out = 'failing') AS next_probe_at
    FROM scored) r`;

function write(shape: Shape): string {
  return `WITH weight AS MATERIALIZED (${shares}
  ), scored AS MATERIALIZED (${scored(shape)}
  ), ahead AS MATERIALIZED (SELECT ${aheadInQueue} AS n
  ), winner AS MATERIALIZED (${winner(shape)}
  ), taken AS (
    UPDATE agents a SET active = w.active + 1, probes = w.probes + (w.failing_since IS NOT NULL)::int,
      probe_at = CASE WHEN w.failing_since IS NOT NULL
        THEN $15::timestamptz + least(${longestProbeMs}, ${firstProbeMs} * 2 ^ least(w.probes + 1, 20)) * interval '1 ms' END
    FROM winner w WHERE a.id = w.id RETURNING a.id, a.active, a.probe_at
  ), noted AS (UPDATE agent_capabilities c SET active = t.active, probe_at = t.probe_at FROM taken t WHERE c.agent_id = t.id)
  SELECT ${shape.short ? '' : counted(shape)}
    (SELECT json_build_object('id', w.id, 'name', w.name, 'revision', w.revision,
        'spec', (SELECT r.spec FROM agent_revisions r WHERE r.agent_id = w.id AND r.revision = w.revision), 'active', t.active, 'maxConcurrent', w.max_concurrent,
        'failingSince', w.failing_since, 'probe', w.failing_since IS NOT NULL,
        'skipped', (SELECT count(*) FROM scored b WHERE b.free = 0 AND b.out IS NULL AND b.score > w.score),
        'score', json_build_object('score', w.score, ${partsJson('w')}))
       FROM taken t, winner w) AS taken,
    (SELECT json_agg(json_build_object('agentId', b.agent_id, 'name', a.name, 'score', b.score, ${partsJson('b')}) ORDER BY b.score DESC, b.agent_id)
       FROM (SELECT * FROM scored WHERE out IS NULL ORDER BY score DESC, agent_id LIMIT ${topCandidates}) b JOIN agents a ON a.id = b.agent_id) AS top
  ${shape.short ? '' : `FROM ${room}`}`;
}
