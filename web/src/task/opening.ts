import type { AgentRef, Task, TaskTree } from '../../../src/contracts/task.ts';
import { isOver } from '../words/status-words.ts';
import { lastAgent } from './last-agent.ts';
import { type PlanRow, agentsOf, countSteps } from './plan-rows.ts';

/** Who has a goal, or, as long as nobody had it, who it is for. */
export function whoHas(task: Task): Pick<AgentRef, 'name' | 'role'> {
  const { role } = task;
  return lastAgent(task) ?? { name: role === 'chief_of_staff' ? 'Chief of Staff' : 'Master Operator', role };
}

const numbers = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten'];

/** The sentence over a plan: how much it is, for how many, and where it comes from. Without a plan: how far the goal is. */
export function opening({ task, plan }: TaskTree, rows: PlanRow[]): string {
  if (!plan || rows.length === 0) return withoutPlan(task);
  const length = countSteps(rows);
  const agents = new Set(rows.flatMap(agentsOf).map(({ id }) => id)).size;
  const steps = `${numbers[length] ?? length} ${length === 1 ? 'step' : 'steps'}`;
  const who = agents > 0 ? `, ${agents} ${agents === 1 ? 'agent' : 'agents'}` : '';
  const why = plan.reason.replace(/\.$/, '');
  if (plan.origin === 'template')
    return `${steps}${who}. From the saved workflow “${plan.name}”${named(why, plan.name)}.`;
  return `${steps}${who}. ${plan.name}.${why && ` ${why}.`}`;
}

/** The reason of a template begins with its name, which has just been said. */
function named(why: string, name: string): string {
  const rest = why.replace(`“${name}” `, 'it ');
  return rest && `: ${rest}`;
}

function withoutPlan({ status, waiting, agent, role }: Task): string {
  const planned = role === 'chief_of_staff';
  if (status === 'completed') return planned ? 'Done without a plan.' : 'Done.';
  if (isOver(status)) return planned ? 'There was no plan yet.' : 'It brought no result.';
  if (waiting?.for === 'approval' || waiting?.for === 'person') return 'This needs you before it goes on.';
  if (agent === null) return 'The goal is accepted; no agent has it yet.';
  if (status === 'waiting') return planned ? 'The plan is not made yet.' : 'It stands still for now.';
  return planned ? 'Making the plan.' : 'At work.';
}
