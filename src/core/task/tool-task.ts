/** A step that is one tool call: a task without an agent and without a model. It begins an attempt, makes the call, and ends with its answer. */
import type { StepToolCall } from '../../contracts/workflow.ts';
import { aroundBudget } from './budget.ts';
import { aroundRateLimit } from './rate-limit.ts';
import { aroundWaitingTools } from './waiting-tools.ts';
import type { TaskMove, TaskSnapshot } from './snapshot.ts';
import { headOf } from '../context/clip.ts';

/** What a tool call answered, as its effect keeps it. */
interface ToolAnswered {
  text: string;
  isError?: boolean;
  data?: unknown;
  /** Why it was not made: it would not be made another time either. */
  code?: string;
}

export function toolTaskMove(snapshot: TaskSnapshot, { tool, arguments: args }: StepToolCall): TaskMove {
  const { task, effects } = snapshot;
  // Attempts before it was opened again do not count.
  if (task.attempt <= (task.attemptsBefore ?? 0)) return { move: 'begin' };
  const call = effects.at(-1);
  if (!call)
    return {
      move: 'call',
      turn: 1,
      effects: [{ kind: 'tool', purpose: tool, input: { arguments: JSON.stringify(args) } }],
    };
  if (call.status === 'planned' || call.status === 'claimed') return { move: 'rest' };
  const wait = aroundRateLimit(snapshot) ?? aroundBudget(snapshot) ?? aroundWaitingTools(snapshot);
  if (wait) return wait;
  const answered = call.status === 'settled' ? (call.outcome as ToolAnswered) : null;
  if (answered === null)
    return { move: 'fail', error: call.error ?? { code: 'tool_failed', message: `${tool} did not end.` } };
  const { text, data, isError, code = 'tool_failed' } = answered;
  if (isError) return { move: 'fail', error: { code, message: headOf(text, 2000) } };
  return { move: 'complete', result: data === undefined ? { markdown: text } : { markdown: text, data } };
}
