import type { ToolCard } from '../../contracts/tool-card.ts';
import {
  isOfHearing,
  revisePlanName,
  toolsInTask,
  withdrawQuestionName,
} from '../../core/task/hearing-tools.ts';
import { hearing } from '../../core/task/messages.ts';
import { whyNoRevision } from '../../core/task/revising.ts';
import { loadOpenQuestions, type OpenQuestion } from '../messages/withdraw.ts';
import { loadOpenPlan } from '../standing/revise-plan.ts';
import type { CallContext } from './call-context.ts';

/** What a turn of hearing can change. */
export interface Hearing {
  canRevise: boolean;
  questions: OpenQuestion[];
}

/** Null of any other turn. */
export async function loadHearing({ tx, task, effect }: CallContext): Promise<Hearing | null> {
  if (effect.purpose !== hearing) return null;
  const canRevise = whyNoRevision(await loadOpenPlan(tx, task)) === null;
  return { canRevise, questions: await loadOpenQuestions(tx, task) };
}

/**
 * Offered where there is something to change. What the transcript has calls of stays in the frame: providers want the tool beside them.
 */
export async function hearingTools(context: CallContext, heard: Hearing | null): Promise<ToolCard[]> {
  const { tx, task, effect, current, world } = context;
  if (!heard && effect.input.heard !== true) return [];
  const own = new Set(toolsInTask([], task));
  const tools = world.tools.filter(({ name }) => isOfHearing(name) && own.has(name));
  const called = await tx.sql<{ name: string }>(
    `SELECT DISTINCT purpose AS name FROM effects WHERE task_id = $1 AND attempt = $2 AND kind = 'tool' AND purpose = ANY ($3)`,
    [task.id, current.n, tools.map(({ name }) => name)],
  );
  const offered = new Set(called.map(({ name }) => name));
  if (heard?.canRevise) offered.add(revisePlanName);
  if (heard && heard.questions.length > 0) offered.add(withdrawQuestionName);
  return tools.filter(({ name }) => offered.has(name));
}
