import type { Problem } from '../../errors.ts';
import { checkKnown } from './check-known.ts';
import { asObject, asText, isAbsent, type DraftStep } from './draft.ts';
import { listed, type Path, problemAt } from './problem-at.ts';
import { hasReference } from './reference.ts';
import type { World } from './world.ts';

/** Who is to do it exists, and can: by itself, or somebody with all that is required. */
export function checkAgentStep(
  step: Pick<DraftStep, 'with'>,
  world: Pick<World, 'agents' | 'tools'>,
  path: Path,
): Problem[] {
  const agentId = asText(step.with.agentId);
  const requires = readRequires(step.with.requires);
  if (isAbsent(step.with.agentId) && isAbsent(step.with.requires)) {
    const message = 'Say who does it: "agentId", or "requires" with capabilities ([] is anybody).';
    return [problemAt(path, 'missing', message)];
  }
  const tools = readTools(step.with.tools);
  const unknown = tools.flatMap(({ name, at }) =>
    checkKnown(name, [...path, 'tools', at], { code: 'unknown_tool', what: 'tool', known: world.tools }),
  );
  const needed = { requires, tools: unknown.length > 0 ? [] : tools };
  if (agentId === null || hasReference(agentId))
    return [...unknown, ...checkSomebody(needed, world.agents, path)];
  const agent = world.agents.find(({ id }) => id === agentId);
  if (agent !== undefined) return [...unknown, ...checkOne(needed, agent, path)];
  const nobody = problemAt([...path, 'agentId'], 'unknown_agent', `There is no agent "${agentId}".`);
  return [...unknown, nobody, ...checkSomebody(needed, world.agents, path)];
}

interface Needed {
  requires: readonly Need[];
  tools: readonly { name: string; at: number }[];
}

function checkOne({ requires, tools }: Needed, agent: World['agents'][number], path: Path): Problem[] {
  return [
    ...requires
      .filter((need) => !has(agent, need))
      .map(({ capability, level, at }) =>
        problemAt(
          [...path, 'requires', at],
          'agent_not_capable',
          `Agent "${agent.id}" has no "${capability}" at level ${level}.`,
        ),
      ),
    ...tools
      .filter(({ name }) => !mayUse(agent, name))
      .map(({ name, at }) =>
        problemAt([...path, 'tools', at], 'agent_without_tool', `Agent "${agent.id}" may not use "${name}".`),
      ),
  ];
}

/** Somebody has all of the capabilities, and may use all of the tools. */
function checkSomebody({ requires, tools }: Needed, agents: World['agents'], path: Path): Problem[] {
  const problems = checkRequires(requires, agents, path);
  if (problems.length > 0 || tools.length === 0) return problems;
  const able = agents.filter((agent) => requires.every((need) => has(agent, need)));
  if (able.some((agent) => tools.every(({ name }) => mayUse(agent, name)))) return [];
  const who = requires.length > 0 ? 'Nobody who has these capabilities' : 'Nobody';
  const message = `${who} may use ${tools.map(({ name }) => name).join(' and ')}.`;
  return [problemAt([...path, 'tools'], 'no_capable_agent', message)];
}

function mayUse({ tools = [] }: World['agents'][number], name: string): boolean {
  return tools.includes(name);
}

function readTools(value: unknown): Needed['tools'] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((name, at) => (typeof name === 'string' && !hasReference(name) ? [{ name, at }] : []));
}

interface Need {
  capability: string;
  level: number;
  at: number;
}

function readRequires(value: unknown): Need[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry, at) => {
    const { capability, level } = asObject(entry) ?? {};
    return typeof capability === 'string'
      ? [{ capability, level: typeof level === 'number' ? level : 1, at }]
      : [];
  });
}

function has(agent: World['agents'][number], { capability, level }: Need): boolean {
  return agent.capabilities.some((own) => own.name === capability && own.level >= level);
}

/** Once for a team of thousands, however often a plan asks for what nobody can. */
const said = new WeakMap<World['agents'], string>();
function capabilitiesOf(agents: World['agents']): string {
  const known =
    said.get(agents) ?? listed(agents.flatMap(({ capabilities }) => capabilities.map(({ name }) => name)));
  said.set(agents, known);
  return known;
}

function checkRequires(needs: readonly Need[], agents: World['agents'], path: Path): Problem[] {
  const problems = needs.flatMap((need) => {
    if (agents.some((agent) => has(agent, need))) return [];
    const { capability, level, at } = need;
    const levels = agents.flatMap((agent) => agent.capabilities.filter(({ name }) => name === capability));
    if (levels.length > 0) {
      const best = Math.max(...levels.map((own) => own.level));
      const message = `Nobody has "${capability}" at level ${level}; the best has ${best}.`;
      return [problemAt([...path, 'requires', at, 'level'], 'level_too_high', message)];
    }
    const message = `Nobody has "${capability}". ${capabilitiesOf(agents)}`;
    return [problemAt([...path, 'requires', at, 'capability'], 'unknown_capability', message)];
  });
  if (problems.length > 0 || needs.length === 0) return problems;
  if (agents.some((agent) => needs.every((need) => has(agent, need)))) return [];
  return [
    problemAt(
      [...path, 'requires'],
      'no_capable_agent',
      'Each of these is known, but no single agent has them all.',
    ),
  ];
}
