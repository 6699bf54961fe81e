/** What a claimed model call is going to do: shapes that cross from the record to the activity. */
import type { Candidate } from '../../core/documents/candidate-sentences.ts';
import type { KindName } from '../../core/documents/kinds.ts';
import type { ScoredModel } from '../../core/route-model.ts';
import type { Frame, PackingRecord } from '../context/pack-call.ts';
import type { SentPart } from '../context/sent.ts';

/** Why this model: those that could have done it with their scores, the chosen one first, and why the others were out. */
export interface RouteRecord {
  candidates: ScoredModel[];
  rejected: { provider: string; model: string; why: string }[];
}

/** An image that stood in the first message; its bytes lie in the file storage. */
export interface SentImage {
  fileId: string;
  sha256: string;
  mediaType: string;
}

/** Kept with the effect: which model, and where each text of the request is kept; nothing of it is copied. */
export interface CompleteRequest {
  kind: 'complete';
  provider: string;
  model: string;
  reason: string;
  /** Absent in calls of older versions. */
  route?: RouteRecord;
  /** The hash of what stands before the messages: system text, tools, schema. */
  frame: string;
  tools: string[];
  maxOutputTokens: number;
  /** Absent: none, or the model does not see. */
  images?: SentImage[];
  temperature: number | null;
  sent: SentPart[];
  packing: PackingRecord;
  /** The most that the prompt has, in tokens. */
  mostTokens: number;
  /** Less than 1: the provider said that a longer prompt is over its window. */
  share?: number;
  /** Of a call that summarises: the entries that its answer will stand for. */
  summary?: { from: number; to: number };
  /** Ids of the messages that this call shows first. */
  messages?: string[];
}

export interface ScoreRequestRecord {
  kind: 'score';
  provider: string;
  model: string;
  reason: string;
  /** Absent in calls of older versions. */
  route?: RouteRecord;
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

export interface CallBody {
  frame: Frame;
  messages: CallMessage[];
}

export interface ClaimedCall {
  key: string;
  callId: string;
  try: number;
  purpose: string;
  rootTaskId: string;
  /** Where its text can be followed while it is written. */
  stream: string;
  request: CallRequest;
  /** Of a scoring call: null. */
  body: CallBody | null;
  score: ScoreUse | null;
  /** What its tokens cost; null when nobody knows. */
  price: unknown;
  /** Whose key it is made with. */
  account: string;
  /** The most that it can take, in tokens. */
  tokens: number;
}
