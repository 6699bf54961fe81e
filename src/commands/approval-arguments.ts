import { readJson } from '../contracts/json-schema.ts';
import { unstorable } from '../contracts/storable.ts';
import type { ToolCard } from '../contracts/tool-card.ts';
import type { ToolDecision } from '../core/policy/decide-tool-call.ts';
import { loadPolicyFacts } from '../db/approvals/approval-rule-store.ts';
import { judgeCall } from '../db/calls/judge-call.ts';
import type { OutsideToolInReach } from '../db/calls/tool-in-reach.ts';
import type { ApprovalRow } from '../db/mappings/approval.ts';
import type { TaskRow } from '../db/mappings/task.ts';
import type { Tx } from '../db/record.ts';
import { loadTaskFacts } from '../db/task-store.ts';
import { AppError } from '../errors.ts';

/** A tool as far as an edited call needs it. */
type Judged = ToolCard & Pick<Partial<OutsideToolInReach>, 'destination' | 'judge'>;

/**
 * The arguments that a person wants instead, checked like a model's and held against the rules of the moment: a yes of one person is not
 * one for what nobody may do, or two people have to agree to. And where they would go.
 * @throws AppError invalid_request with every problem; wrong_state when the tool is gone
 */
export async function editedCall(
  { tx, tools, task }: { tx: Tx; tools: readonly ToolCard[]; task: TaskRow },
  { tool: name, fourEyes }: Pick<ApprovalRow, 'tool' | 'fourEyes'>,
  args: Record<string, unknown>,
): Promise<{ args: Record<string, unknown>; destination: string | null }> {
  const tool = tools.find((each) => each.name === name) as Judged | undefined;
  if (!tool) throw new AppError('wrong_state', `The tool ${name} is not there any more.`);
  const problems = unstorable(args, '/arguments');
  if (problems.length === 0) {
    for (const { pointer, ...rest } of readJson(tool.parameters, args).problems)
      problems.push({ pointer: `/arguments${pointer}`, ...rest });
  }
  if (problems.length > 0)
    throw new AppError('invalid_request', `The arguments do not fit ${name}.`, { problems });
  const destination = tool.destination?.(args) ?? null;
  const { current } = await loadTaskFacts(tx, task);
  const decided = judgeCall({
    task,
    agent: current?.agent ?? null,
    facts: await loadPolicyFacts(tx, task),
    tool: { ...tool, ...tool.judge?.(args) },
    args,
    destination,
  });
  const problem = whyNot(decided, fourEyes);
  if (problem === null) return { args, destination };
  throw new AppError('invalid_request', problem, {
    problems: [{ pointer: '/arguments', code: 'not_allowed', message: problem }],
  });
}

function whyNot(decided: ToolDecision, fourEyes: boolean): string | null {
  if (decided.decision === 'refuse') return decided.reason;
  if (decided.decision === 'allow' || !decided.ask.fourEyes || fourEyes) return null;
  return `${decided.ask.why} Two people have to agree to these arguments: say no with a note, and the agent can ask for them.`;
}
