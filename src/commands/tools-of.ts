import type { ToolCard } from '../contracts/tool-card.ts';
import type { Tx } from '../db/record.ts';

/** The tools of the transaction's workspace: the built-in ones and those of its tool servers. */
export type ToolsOf = (tx: Tx) => Promise<readonly ToolCard[]>;

export async function toolNames(tx: Tx, toolsOf: ToolsOf): Promise<string[]> {
  return (await toolsOf(tx)).map(({ name }) => name);
}
