/**
 * What a tool is. Tools run outside the model; one policy function says whether a call may happen, before it does.
 *
 * A tool of the record reads or writes only the record: it runs inside the transaction that decides what comes next. A tool that
 * leaves the process is claimed before and settled after, like a model call; its `effect` says whether a lost try may be repeated.
 */
import type { MemoryScope } from '../contracts/memory.ts';
import type { SearchServiceName } from '../contracts/web-search.ts';
import type { ToolCard } from '../contracts/tool-card.ts';
import type { ToldFact } from '../core/memory/facts-text.ts';

export { type EffectKind, type Risk, risks, type ToolCard } from '../contracts/tool-card.ts';

export interface RecordTool extends ToolCard {
  place: 'record';
  run(context: RecordToolContext, args: Record<string, unknown>): Promise<ToolAnswer | ToolWait>;
}

export interface OutsideTool extends ToolCard {
  place: 'outside';
  /** Where these arguments would go (a host name), for rules and for people; null when it goes nowhere. */
  destination?(args: Record<string, unknown>): string | null;
  /** What these very arguments make of it, where they decide: the policy and the claim take this instead of the card's. */
  judge?(args: Record<string, unknown>): Pick<ToolCard, 'risk' | 'effect'>;
  /**
   * What these arguments look for on the web: somebody is chosen for it before it runs. Absent: it is no search. Of one that is, an error is
   * the bare reason: whether somebody else is asked, and what the model is told, is decided by the record.
   */
  search?(args: Record<string, unknown>): { query: string; count: number };
  /** Those that it can ask without a key of the workspace. */
  searchServices?: readonly SearchServiceName[];
  run(context: OutsideToolContext, args: Record<string, unknown>): Promise<ToolAnswer>;
}

export type Tool = RecordTool | OutsideTool;

export interface ToolAnswer {
  text: string;
  /** The model did something wrong, or it did not work: the text says what. */
  isError?: boolean;
  /** For programs: what a `tool` step of a workflow gives on. */
  data?: unknown;
}

/** Somebody else will give the answer: the call waits without a slot, and so does its task, until `answerTool` or `until`. */
export interface ToolWait {
  wait: {
    for: 'person' | 'message' | 'children' | 'approval';
    /** One line for people. */
    detail: string;
    /** Ids of what it waits for. */
    on: string[];
    /** ISO 8601: nobody answered by then, and the model is told so. */
    until?: string | null;
  };
}

export interface FoundPassage {
  fileId: string;
  fileName: string;
  n: number;
  label: string;
  text: string;
}

/** What a tool of the record may see and do: only what belongs to its task and workspace. */
export interface RecordToolContext extends MemoryContext {
  messages: MessagesContext;
  /** Of this call: `task/attempt/turn/call`. */
  key: string;
  /** A task below this one. `files`: ids or names. */
  delegate(given: {
    goal: string;
    title: string | null;
    agentId: string | null;
    requires: { name: string; level: number }[];
    /** Names of tools that it cannot be done without. */
    tools: string[];
    files: string[];
  }): Promise<{ taskId: string; title: string } | { problem: string }>;
  /** The task's own plan gets a new rest. @returns why not; null when it will */
  revisePlan(reason: string): Promise<{ problem: string } | { again: 'the whole' | 'the rest' }>;
  /**
   * A question or request of this task's own, by id; null: the only one.
   * @returns why not; else whether a call waited for the answer, and how many wait still
   */
  withdrawQuestion(given: {
    id: string | null;
    reason: string;
  }): Promise<{ problem: string } | { waited: boolean; left: number }>;
  /** Of a long result of this task's tools, or of a step before it. Null: there is none of this name here. */
  readResult(
    handle: string,
    from: number,
  ): Promise<{ text: string; next: number | null; characters: number } | null>;
  searchPassages(query: string, limit: number): Promise<FoundPassage[]>;
  /** From passage `from` on, as many as fit into `characters`. Null when the task has no such file. */
  readPassages(
    file: string,
    from: number,
    characters: number,
  ): Promise<{ passages: FoundPassage[]; next: number | null } | null>;
}

/** Messages of the task's agent. `answer`: what the registry said at once; `waitFor`: whose answer the call may wait for. */
export interface MessagesContext {
  send(says: {
    to?: string | undefined;
    type: 'request' | 'inform' | 'status_update' | 'capability_inquiry';
    text: string;
    replyTo?: string | undefined;
    deadline?: string | null | undefined;
    waits?: boolean;
  }): Promise<
    | { id: string; to: string; answer: string | null; waitFor: 'person' | 'message' | null }
    | { problem: string }
  >;
}

/** Facts that outlive a task, as its agent may use them. */
export interface MemoryContext {
  /** `days`: forgotten after so many; null: kept. */
  remember(fact: {
    text: string;
    scope: MemoryScope;
    confidence: number;
    days: number | null;
  }): Promise<{ id: string; fresh: boolean } | { problem: string }>;
  recall(query: string, limit: number): Promise<ToldFact[]>;
  /** `kept`: a person wrote or confirmed it. */
  forget(id: string): Promise<'forgotten' | 'unknown' | 'kept'>;
}

/** What a tool that leaves the process is given. */
export interface OutsideToolContext {
  /** The same for every try of one call: for servers that take an idempotency key. */
  key: string;
  workspaceId: string;
  taskId: string;
  /** Aborted on cancel and when the time is over. */
  signal: AbortSignal;
  /** Who was chosen to search, and nobody else is asked: a model provider, whose search is paid for already, or a service. */
  searchBy?: OwnSearch | { service: SearchServiceName };
}

export interface OwnSearch {
  /** @returns `problem`: why there are none, although it answered */
  ask(signal: AbortSignal): Promise<{
    pages: { title: string; url: string; excerpt: string }[];
    problem: string | null;
  }>;
}
