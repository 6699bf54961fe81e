// What a scripted model server is told to answer.
import type { Usage } from '../../../src/models/port.ts';

export type Protocol = 'chat' | 'responses' | 'messages' | 'completions';

/** A request as every protocol's reader hands it over. */
export interface ServedCall {
  id: string;
  protocol: Protocol;
  model: string;
  system: string;
  /** All text of all messages (or prompts), joined by new lines; `when` looks into this and the system text. */
  text: string;
  prompts: string[];
  toolNames: string[];
  /** The provider's own web search is offered. */
  searches: boolean;
  /** Name and schema of the structured output that was asked for. Anthropic sends no name. */
  outputSchema: { name: string | null; schema: Record<string, unknown> } | null;
  maxOutputTokens: number;
  stream: boolean;
  wantsUsage: boolean;
  callKey: string | null;
  try: number | null;
  body: Record<string, unknown>;
}

export type Fault =
  /** An error answer instead of the reply. The body is in the protocol's own shape unless given. */
  | {
      kind: 'status';
      status: number;
      headers?: Record<string, string>;
      type?: string;
      code?: string;
      message?: string;
      body?: string;
    }
  /** Sends so many events, then nothing more, with the line open. */
  | { kind: 'stall'; afterEvents: number }
  /** Sends so many bytes of the body, then ends: by breaking the line, or cleanly as if that were all. */
  | { kind: 'cut'; afterBytes: number; clean?: boolean }
  /** Sends so many events, then broken JSON. */
  | { kind: 'malformed'; afterEvents: number }
  /** Sends so many events, then an error event in the protocol's own shape. */
  | { kind: 'error-event'; afterEvents: number; type: string; message: string }
  /** Accepts the request and never answers. */
  | { kind: 'silent' };

/** What the provider's own web search brings, and what the model says of it. */
export interface SearchAnswer {
  /** `said`: the model cites it, with these words. */
  pages: { title: string; url: string; said?: string }[];
  /** Charged for; one unless said. */
  searches?: number;
  /** It failed: the protocol's own word for it (Messages), or a failed call (Responses). */
  fault?: string;
}

export interface Answer {
  text?: string;
  /** Sent as text: the JSON of this value. */
  json?: unknown;
  /** `arguments` as text is sent as it is, broken or not. */
  toolCalls?: { id?: string; name: string; arguments: unknown }[];
  stop?: 'end' | 'length' | 'tools' | 'refused';
  /** Signed or encrypted reasoning before the answer (Messages, Responses). */
  thinking?: { text: string; signature: string };
  /** For completions: token text to log-probability, for each prompt. */
  top?: (prompt: string) => Record<string, number>;
  /** Only for requests that offer the provider's own web search. */
  search?: SearchAnswer;
  /** What is missing is counted: a token is four characters. */
  usage?: Partial<Usage>;
  /** Leave the usage out, as some compatible servers do. */
  noUsage?: boolean;
  delayMs?: number;
  /** Characters of text per event. */
  chunkSize?: number;
  chunkDelayMs?: number;
  /** Sent with the answer: what a provider says of its limits. */
  headers?: Record<string, string>;
  fault?: Fault;
}

export interface PlannedAnswer extends Answer {
  /** Which request it is for: one that contains this text, or for which this is true. Absent: the next one. */
  when?: string | ((call: ServedCall) => boolean);
  /** How often; once unless said. */
  times?: number;
}

export interface Script {
  /** Given out in order; one with `when` waits for its request. Strict: all must be used, none asked for twice. */
  answers?: PlannedAnswer[];
  /** Answers what no planned answer is for; null makes it unplanned. */
  rule?: (call: ServedCall) => Answer | null;
  /** When given, any other key gets a 401. */
  apiKey?: string;
  models?: string[];
}
