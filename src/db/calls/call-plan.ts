/** What a claimed model call is going to do: shapes that cross from the record to the activity. */
import type { Candidate } from '../../core/documents/candidate-sentences.ts';
import type { KindName } from '../../core/documents/kinds.ts';
import type { ToolFace } from '../../contracts/tool-card.ts';

/** Kept with the effect: which model, and everything of the request but the messages, which stand in the transcript up to `messagesTo`. */
export interface CompleteRequest {
  kind: 'complete';
  provider: string;
  model: string;
  reason: string;
  system: string;
  tools: string[];
  outputSchema: { name: string; schema: Record<string, unknown> } | null;
  maxOutputTokens: number;
  temperature: number | null;
  messagesTo: number;
  /** Ids of the messages that this call shows first. */
  messages?: string[];
}

export interface ScoreRequestRecord {
  kind: 'score';
  provider: string;
  model: string;
  reason: string;
  prompts: string[];
  labels: string[];
}

export type CallRequest = CompleteRequest | ScoreRequestRecord;

/** What the answer of a scoring call is for. */
export type ScoreUse =
  | { use: 'quote'; about: KindName; candidates: Candidate[]; fileNames: string[] }
  | {
      use: 'template';
      goal: string;
      files: number;
      templates: { id: string; name: string; description: string }[];
    };

export interface CallMessage {
  role: 'user' | 'assistant' | 'tool';
  [key: string]: unknown;
}

export interface ClaimedCall {
  key: string;
  callId: string;
  try: number;
  purpose: string;
  rootTaskId: string;
  request: CallRequest;
  messages: CallMessage[];
  /** Those that the request names. */
  tools: ToolFace[];
  score: ScoreUse | null;
}
