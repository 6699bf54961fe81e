import type { Job, Standing } from '../../contracts/corridor.ts';
import { isFinished } from '../../contracts/status.ts';
import { clip, headOf } from '../context/clip.ts';
import { isUnderWay } from './chief-of-staff.ts';
import { isMethod, methodName } from './is-method.ts';
import { isOpen } from './next-move.ts';
import type { EffectFacts, TaskSnapshot } from './snapshot.ts';

/** The state that the Temporal workflow of a task is told: everything that should be running now. */
export function taskStanding(
  snapshot: TaskSnapshot,
  { version, costUsd }: { version: number; costUsd: number | null },
): Standing {
  const { task, current, effects, planRun } = snapshot;
  const end = isFinished(task.status) ? (task.status as 'completed' | 'failed' | 'cancelled') : null;
  const start: Job[] =
    end || task.cancelRequestedAt
      ? []
      : effects.filter(isOpen).map((effect) => jobOf(task.id, effect, task.title));
  if (!end && planRun && isUnderWay(snapshot)) {
    start.push({
      key: `run/${planRun.id}`,
      kind: 'run',
      id: planRun.id,
      summary: `Plan for: ${clip(task.title, 80)}`,
    });
  }
  if (!end) start.push(...delegated(effects));
  const cancel = task.cancelRequestedAt
    ? effects.filter((effect) => effect.status === 'claimed').map((effect) => effect.key)
    : [];
  const wakeAt = task.status === 'waiting' ? (task.wakeAt?.getTime() ?? null) : null;
  const agent = current?.agent.name ?? null;
  return {
    version,
    start,
    cancel,
    wakeAt,
    end,
    status: task.status,
    agent,
    details: detailsOf(snapshot, costUsd),
  };
}

/** Tasks that were given to other agents are children in Temporal too. */
function delegated(effects: readonly EffectFacts[]): Job[] {
  return effects.flatMap(({ status, waits }) => {
    if (status !== 'waiting' || waits?.for !== 'children') return [];
    return waits.on.map(
      (id): Job => ({ key: `task/${id}`, kind: 'task', id, summary: clip(waits.detail, 120) }),
    );
  });
}

const words: Record<string, string> = {
  plan: 'Plan',
  replan: 'Plan anew',
  judge: 'Judge the result of',
  choose_template: 'Choose a template for',
  synthesis: 'Write the result of',
  work: 'Work on',
  hear: 'Answer messages about',
  summarise: 'Summarise the conversation about',
};

function jobOf(taskId: string, effect: EffectFacts, title: string): Job {
  const verb = isMethod(effect)
    ? `Method ${methodName(effect.purpose)} for`
    : effect.kind === 'model' && words[effect.purpose];
  const summary = `${verb || `Tool ${effect.purpose} for`} “${clip(title, 80)}” (turn ${effect.turn})`;
  return { key: effect.key, kind: effect.kind === 'model' ? 'callModel' : 'callTool', id: taskId, summary };
}

function detailsOf({ task, current, failedAttempts }: TaskSnapshot, costUsd: number | null): string {
  const lines = [`**${clip(task.title, 120)}**`, `Status: ${task.status}`];
  if (task.status === 'waiting')
    lines.push(`Waits for ${task.waitingFor}: ${clip(task.waitingDetail ?? '', 160)}`);
  if (current) lines.push(`Agent: ${current.agent.name}, attempt ${current.n}`);
  else if (failedAttempts.length > 0) lines.push(`Attempts so far: ${failedAttempts.length}`);
  lines.push(`Cost so far: ${costUsd === null ? 'price not known' : `$${costUsd.toFixed(4)}`}`);
  return headOf(lines.join('\n\n'), 500);
}
