import type { AgentRole } from '../contracts/agent.ts';
import type { CreateTask } from '../contracts/task.ts';
import type { Tx } from '../db/record.ts';
import { AppError, type ErrorCode, type Problem } from '../errors.ts';
import { type ToolsOf, toolNames } from './tools-of.ts';

interface Fault {
  code: ErrorCode;
  message: string;
  problems: Problem[];
}

/**
 * What a goal names has to be there: a task that needs what does not exist would wait for ever.
 * @param toolsOf absent: tools are not looked at
 * @returns the role of the agent that it is for: without an agent or required capabilities it goes to a Chief of Staff
 * @throws AppError with every problem: unknown_agent, unknown_file; invalid_request for the rest, and where it is more than one kind
 */
export async function checkGoal(tx: Tx, input: CreateTask, toolsOf?: ToolsOf): Promise<AgentRole> {
  const agent = await agentOf(tx, input);
  const tools = toolsOf && input.tools?.length ? unknownTools(input.tools, await toolNames(tx, toolsOf)) : [];
  const faults: Fault[] = [
    {
      code: 'unknown_agent' as const,
      message: 'The task names an agent that does not exist.',
      problems: agent.problems,
    },
    {
      code: 'unknown_file' as const,
      message: 'The task names files that cannot be used.',
      problems: await fileProblems(tx, input.files),
    },
    {
      code: 'invalid_request' as const,
      message: 'The task cannot be given like this.',
      problems: [...tools, ...deadlineProblems(input)],
    },
  ].filter(({ problems }) => problems.length > 0);
  const [only, ...more] = faults;
  if (!only) return agent.role;
  const problems = faults.flatMap((fault) => fault.problems);
  if (more.length === 0) throw new AppError(only.code, only.message, { problems });
  throw new AppError('invalid_request', 'The task cannot be given like this.', { problems });
}

async function agentOf(
  tx: Tx,
  { agentId, requires }: CreateTask,
): Promise<{ role: AgentRole; problems: Problem[] }> {
  const role = requires?.length ? 'master_operator' : 'chief_of_staff';
  if (!agentId) return { role, problems: [] };
  const [agent] = await tx.sql<{ role: AgentRole }>(
    'SELECT role FROM agents WHERE id = $1 AND workspace_id = $2 AND archived_at IS NULL',
    [agentId, tx.workspaceId],
  );
  if (agent) return { role: agent.role, problems: [] };
  const message = `There is no agent ${agentId}.`;
  return { role, problems: [{ pointer: '/agentId', code: 'unknown_agent', message }] };
}

function unknownTools(named: string[], known: string[]): Problem[] {
  return named.flatMap((tool, i) =>
    known.includes(tool)
      ? []
      : [
          {
            pointer: `/tools/${i}`,
            code: 'unknown_tool',
            message: `There is no tool "${tool}"; GET /tools lists them.`,
          },
        ],
  );
}

function deadlineProblems({ deadline }: CreateTask): Problem[] {
  if (deadline === undefined || Date.parse(deadline) > Date.now()) return [];
  return [{ pointer: '/deadline', code: 'in_the_past', message: `The deadline ${deadline} is over.` }];
}

async function fileProblems(tx: Tx, files: string[]): Promise<Problem[]> {
  if (files.length === 0) return [];
  const rows = await tx.sql<{ id: string; status: string; problem: { message: string } | null }>(
    'SELECT id, status, problem FROM files WHERE id = ANY ($1) AND workspace_id = $2',
    [files, tx.workspaceId],
  );
  const known = new Map(rows.map((row) => [row.id, row]));
  return files.flatMap((id, i): Problem[] => {
    const file = known.get(id);
    const pointer = `/files/${i}`;
    if (!file) return [{ pointer, code: 'unknown_file', message: `There is no file ${id}.` }];
    if (file.status !== 'failed') return [];
    return [
      { pointer, code: 'unreadable_file', message: file.problem?.message ?? 'This file could not be read.' },
    ];
  });
}
