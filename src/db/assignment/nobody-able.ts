import { AgentSpec } from '../../contracts/agent.ts';
import type { CapacityNeed, MissingCapability, NobodyAble } from '../../contracts/assignment.ts';
import type { Tx } from '../record.ts';
import { headOf } from '../../core/context/clip.ts';

export interface WhoIsMissing extends NobodyAble {
  /** Somebody is, free or not: nothing is missing. */
  able: boolean;
  /** For people. */
  detail: string;
  /** No agent to come can change it: the one asked for is gone for good. */
  never: boolean;
}

interface Facts {
  /** Agents of the role that are not archived. */
  hired: number;
  /** Of those who have all that is needed, the paused ones. */
  paused: string[];
  /** Whether somebody who is not paused has all that is needed. */
  able: boolean;
  best: (number | null)[];
  knownTools: string[];
  wanted: { name: string; role: string; archived: boolean; paused: boolean } | null;
}

/**
 * Nobody can do it: what is missing, in words and as an agent that could be created. What each of several agents has a part of is missing
 * in one.
 */
export async function whoIsMissing(tx: Tx, need: CapacityNeed): Promise<WhoIsMissing> {
  const nothing = { missing: [], missingTools: [], suggestedAgent: null, never: false, able: false };
  const busy = { ...nothing, able: true, detail: 'Who can do it is busy' };
  // What has begun is finished by its agent, paused or archived or not.
  if (need.resume) return busy;
  const facts = await readFacts(tx, need);
  if (facts.able) return busy;
  if (need.agentId !== null && facts.wanted?.archived !== false)
    return { ...nothing, detail: `${facts.wanted?.name ?? 'The agent'} is archived.`, never: true };
  const missing = need.needs.flatMap(({ name, level }, i): MissingCapability[] => {
    const best = facts.best[i] ?? null;
    return best === null || best < level ? [{ capability: name, level, best }] : [];
  });
  const missingTools = need.tools.filter((tool) => !facts.knownTools.includes(tool));
  const suggestedAgent = suggestion(need);
  const whose = { ...nothing, missing, missingTools };
  if (need.agentId !== null && facts.wanted)
    return { ...whose, detail: `Waits for ${facts.wanted.name}${whyNot(facts.wanted, whose)}` };
  if (facts.paused.length > 0)
    return { ...whose, suggestedAgent, detail: `Who can do it is paused: ${facts.paused.join(', ')}` };
  const lacks = lacking(need, { missing, missingTools });
  const who = need.role === 'chief_of_staff' ? 'Chief of Staff' : 'Master Operator';
  const detail =
    facts.hired === 0 ? `There is no ${who}. Create one.` : `No ${who} has ${lacks}. Create such an agent.`;
  return { ...whose, suggestedAgent, detail };
}

function whyNot(
  { paused }: { paused: boolean },
  { missing, missingTools }: Pick<NobodyAble, 'missing' | 'missingTools'>,
): string {
  if (paused) return ', who is paused';
  const lacks = [
    ...missing.map(({ capability, level }) => `${capability} at level ${level}`),
    ...missingTools.map((tool) => `the tool ${tool}`),
  ];
  return lacks.length === 0 ? '' : `, who lacks ${lacks.join(', ')}`;
}

function lacking(
  { needs, tools }: CapacityNeed,
  { missing, missingTools }: Pick<NobodyAble, 'missing' | 'missingTools'>,
): string {
  const parts = [
    ...missing.map(({ capability, level, best }) =>
      best === null
        ? `${capability} at level ${level}`
        : `${capability} at level ${level} (the best is ${best})`,
    ),
    ...missingTools.map((tool) => `the tool ${tool}`),
  ];
  if (parts.length > 0) return parts.join(', ');
  const all = [
    ...needs.map(({ name, level }) => `${name} at level ${level}`),
    ...tools.map((tool) => `the tool ${tool}`),
  ];
  return all.length > 1 ? `all of this together: ${all.join(', ')}` : (all[0] ?? 'time for it');
}

function suggestion({ role, needs, tools }: CapacityNeed): AgentSpec {
  const words = needs.map(({ name }) => name.replaceAll(/[_-]/g, ' ')).join(' and ');
  const named = words || (role === 'chief_of_staff' ? 'Chief of Staff' : 'Helper');
  const name = headOf(`${named.charAt(0).toUpperCase()}${named.slice(1)}`, 80);
  const spec = { name, role, capabilities: needs };
  const standard = AgentSpec.parse(spec).tools;
  return AgentSpec.parse({ ...spec, tools: [...new Set([...standard, ...tools])] });
}

async function readFacts(tx: Tx, need: CapacityNeed): Promise<Facts> {
  const [row] = await tx.sql<Facts>(
    `WITH cards AS (
       SELECT * FROM agent_capabilities
        WHERE workspace_id = $1 AND role = $2 AND duty <> 'archived' AND ($5::text IS NULL OR agent_id = $5) AND agent_id <> ALL ($6::text[])
          AND (name = '' OR name = ANY ($3::text[]))
     ), fit AS (
       SELECT agent_id FROM cards c JOIN unnest($3::text[], $4::int[]) AS n (name, level) ON n.name = c.name AND c.level >= n.level
        GROUP BY agent_id HAVING count(*) = cardinality($3::text[])
     )
     SELECT (SELECT count(*)::int FROM cards WHERE name = '') AS hired,
       EXISTS (SELECT 1 FROM cards c WHERE c.name = '' AND c.duty = 'on' AND c.tools @> $7::text[] AND (cardinality($3::text[]) = 0 OR c.agent_id IN (SELECT agent_id FROM fit))) AS able,
       (SELECT coalesce(json_agg(a.name ORDER BY a.name), '[]') FROM (
          SELECT a.name FROM cards c JOIN agents a ON a.id = c.agent_id
           WHERE c.name = '' AND c.duty = 'paused' AND c.tools @> $7::text[] AND (cardinality($3::text[]) = 0 OR c.agent_id IN (SELECT agent_id FROM fit))
           ORDER BY a.name LIMIT 3) a) AS paused,
       (SELECT coalesce(json_agg((SELECT max(level) FROM cards c WHERE c.name = n.name) ORDER BY n.place), '[]')
          FROM unnest($3::text[]) WITH ORDINALITY AS n (name, place)) AS best,
       (SELECT coalesce(json_agg(DISTINCT t.tool), '[]') FROM cards c, unnest(c.tools) AS t (tool) WHERE c.name = '' AND t.tool = ANY ($7::text[])) AS known_tools,
       (SELECT json_build_object('name', name, 'role', role, 'archived', archived_at IS NOT NULL, 'paused', paused_at IS NOT NULL)
          FROM agents WHERE id = $5 AND workspace_id = $1) AS wanted`,
    [
      tx.workspaceId,
      need.role,
      need.needs.map(({ name }) => name),
      need.needs.map(({ level }) => level),
      need.agentId,
      need.excluded,
      need.tools,
    ],
  );
  if (!row) throw new Error('The registry gave no answer.');
  return row;
}
