/** What a definition names of the workspace: agents and their capabilities, tools, workflows, a Chief of Staff. */
import type { Problem } from '../../errors.ts';
import { fourEyesNeed } from '../policy/four-eyes.ts';
import { asObject, asText, isAbsent, type Draft, type DraftStep } from './draft.ts';
import { listed, type Path, problemAt } from './problem-at.ts';
import { hasReference } from './reference.ts';

export interface World {
  agents: readonly { id: string; capabilities: readonly { name: string; level: number }[] }[];
  tools: readonly string[];
  workflows: readonly { id: string; versions: readonly number[] }[];
  hasChiefOfStaff: boolean;
  /** People who may decide what is asked. */
  deciders: number;
  /** Lower than the product's own limits, where a workspace or an agent wants it so. */
  limits?: { steps?: number; forEachItems?: number };
}

export function checkWorld(draft: Draft, world: World): Problem[] {
  return draft.steps.flatMap((step) => [...checkStep(step, world), ...checkReplan(step, world)]);
}

function checkReplan(step: DraftStep, world: World): Problem[] {
  if (step.onError !== 'replan' || world.hasChiefOfStaff) return [];
  const message = 'Nobody could make a new plan: there is no Chief of Staff. Use "fail" or "continue".';
  return [problemAt([...step.path, 'onError'], 'no_chief_of_staff', message)];
}

function checkStep(step: DraftStep, world: World): Problem[] {
  const path = [...step.path, 'with'];
  switch (step.kind) {
    case 'agent':
      return checkAgent(step, world, path);
    case 'tool':
      return checkKnown(asText(step.with.tool), [...path, 'tool'], {
        code: 'unknown_tool',
        what: 'tool',
        known: world.tools,
      });
    case 'workflow':
      return checkWorkflow(step, world, path);
    case 'approval':
      return checkEyes(step, world, path);
    default:
      return [];
  }
}

function checkAgent(step: DraftStep, world: World, path: Path): Problem[] {
  const agentId = asText(step.with.agentId);
  const requires = readRequires(step.with.requires);
  if (isAbsent(step.with.agentId) && isAbsent(step.with.requires)) {
    const message = 'Say who does it: "agentId", or "requires" with capabilities ([] is anybody).';
    return [problemAt(path, 'missing', message)];
  }
  if (agentId === null || hasReference(agentId)) return checkRequires(requires, world.agents, path);
  const agent = world.agents.find(({ id }) => id === agentId);
  if (agent === undefined) {
    const unknown = problemAt([...path, 'agentId'], 'unknown_agent', `There is no agent "${agentId}".`);
    return [unknown, ...checkRequires(requires, world.agents, path)];
  }
  return requires
    .filter((need) => !has(agent, need))
    .map(({ capability, level, at }) =>
      problemAt(
        [...path, 'requires', at],
        'agent_not_capable',
        `Agent "${agentId}" has no "${capability}" at level ${level}.`,
      ),
    );
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
    const known = agents.flatMap((agent) => agent.capabilities.map(({ name }) => name));
    return [
      problemAt(
        [...path, 'requires', at, 'capability'],
        'unknown_capability',
        `Nobody has "${capability}". ${listed(known)}`,
      ),
    ];
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

function checkEyes(step: DraftStep, { deciders }: World, path: Path): Problem[] {
  if (step.with.fourEyes !== true || deciders >= fourEyesNeed) return [];
  const message = `Two different people have to agree, and this workspace has ${deciders} who may decide.`;
  return [problemAt([...path, 'fourEyes'], 'too_few_people', message)];
}

function checkWorkflow(step: DraftStep, world: World, path: Path): Problem[] {
  const id = asText(step.with.workflowId);
  const { version } = step.with;
  const workflow = world.workflows.find((candidate) => candidate.id === id);
  if (workflow === undefined) {
    const known = world.workflows.map((candidate) => candidate.id);
    return checkKnown(id, [...path, 'workflowId'], { code: 'unknown_workflow', what: 'workflow', known });
  }
  if (typeof version !== 'number' || workflow.versions.includes(version)) return [];
  return [problemAt([...path, 'version'], 'unknown_version', `Workflow "${id}" has no version ${version}.`)];
}

function checkKnown(
  name: string | null,
  path: Path,
  { code, what, known }: { code: string; what: string; known: readonly string[] },
): Problem[] {
  if (name === null || known.includes(name) || hasReference(name)) return [];
  return [problemAt(path, code, `There is no ${what} "${name}". ${listed(known)}`)];
}
