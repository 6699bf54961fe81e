import type { ToolCard } from '../../contracts/tool-card.ts';
import { hearing } from '../../core/task/messages.ts';
import { revisePlanName, toolsInTask, whyNoRevision } from '../../core/task/revising.ts';
import { loadOpenPlan } from '../standing/revise-plan.ts';
import type { CallContext } from './call-context.ts';

/**
 * Offered where messages are heard and the rest of the plan can still be changed. What the transcript has calls of stays in the frame:
 * providers want the tool beside them.
 */
export async function revisionTool(context: CallContext): Promise<ToolCard[]> {
  const { tx, task, effect, current, world } = context;
  const tool = world.tools.filter(({ name }) => name === revisePlanName);
  if (tool.length === 0 || !toolsInTask([], task).includes(revisePlanName)) return [];
  if (effect.purpose === hearing && (await canRevise(context))) return tool;
  const [called] = await tx.sql(
    `SELECT 1 FROM effects WHERE task_id = $1 AND attempt = $2 AND kind = 'tool' AND purpose = $3 LIMIT 1`,
    [task.id, current.n, revisePlanName],
  );
  return called ? tool : [];
}

export async function canRevise({ tx, task }: Pick<CallContext, 'tx' | 'task'>): Promise<boolean> {
  return whyNoRevision(await loadOpenPlan(tx, task)) === null;
}
