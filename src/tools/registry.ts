/** The tools of each workspace: those that are built in, and those of its tool servers. */
import { askChief, askPerson } from './ask-person.ts';
import { delegate } from './delegate.ts';
import { forget } from './forget.ts';
import { readFile } from './read-file.ts';
import { readResult } from './read-result.ts';
import { recall } from './recall.ts';
import { remember } from './remember.ts';
import { revisePlan } from './revise-plan.ts';
import { searchFiles } from './search-files.ts';
import { sendMessage } from './send-message.ts';
import type { Tool } from './tool.ts';
import { withdrawQuestion } from './withdraw-question.ts';

/** Those that need nothing but the record; what else is built in is made with what it needs, where processes are wired. */
export const recordTools: readonly Tool[] = [
  searchFiles,
  readFile,
  readResult,
  sendMessage,
  askPerson,
  askChief,
  remember,
  recall,
  forget,
  delegate,
  revisePlan,
  withdrawQuestion,
];

/** Asked within the transaction that decides, so that a changed tool server counts for the next call. */
export type ToolsOf<Tx> = (tx: Tx) => Promise<readonly Tool[]>;

/** @param load the tools of the workspace's own servers; a built-in tool wins over one of the same name */
export function createToolsOf<Tx>(
  builtIn: readonly Tool[] = recordTools,
  load?: (tx: Tx) => Promise<readonly Tool[]>,
): ToolsOf<Tx> {
  const names = new Set(builtIn.map(({ name }) => name));
  return async (tx) => {
    const own = (await load?.(tx)) ?? [];
    return own.length === 0 ? builtIn : [...builtIn, ...own.filter(({ name }) => !names.has(name))];
  };
}
