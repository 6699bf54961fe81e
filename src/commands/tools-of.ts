import type { ToolCard } from '../contracts/tool-card.ts';
import { comesByItself } from '../core/policy/may-call.ts';
import type { SearchTool } from '../db/calls/who-searches.ts';
import type { Tx } from '../db/record.ts';

/** The tools of the transaction's workspace: the built-in ones and those of its tool servers. */
export type ToolsOf = (tx: Tx) => Promise<readonly (ToolCard & SearchTool)[]>;

/** Those that a step may call or an agent be asked to have. Some come by themselves with a task, and stand in nobody's list. */
export async function toolNames(tx: Tx, toolsOf: ToolsOf): Promise<string[]> {
  return (await toolsOf(tx)).map(({ name }) => name).filter((name) => !comesByItself(name));
}
