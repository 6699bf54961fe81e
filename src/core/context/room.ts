/** How much of a model's window is for what. Tokens. Pure. */
import type { ModelCandidate } from '../route-model.ts';

/** Providers count frames that we do not see; an estimate is no count. */
const safety = 0.97;
/** Of what the messages may have, for the first one: turns need room too. */
const openingShare = 0.6;
/** A first message is paid at every turn: more than this is read with tools. */
const mostMaterial = 30_000;
/** Where no tool reads on. */
const mostResults = 80_000;

export interface Wish {
  maxOutputTokens: number;
  purpose: string;
  /** The answer was cut off at the usual limit. */
  more: boolean;
}

/** A plan is long; a summary is not. Never more than the model gives, nor most of a small window. */
export function outputTokens(model: ModelCandidate, { maxOutputTokens, purpose, more }: Wish): number {
  const usual =
    purpose === 'plan' ? Math.max(8_000, maxOutputTokens) : purpose === 'summarise' ? 2_000 : maxOutputTokens;
  const wanted = more ? usual * 4 : usual;
  return Math.max(
    16,
    Math.min(wanted, model.maxOutputTokens ?? wanted, Math.floor(model.contextTokens * 0.4)),
  );
}

/** For the prompt. `share` below 1: the provider said that it was too long. */
export function promptRoom(model: ModelCandidate, output: number, share = 1): number {
  return Math.max(0, Math.floor((model.contextTokens - output) * safety * share));
}

/** The smallest window with room for such a prompt beside the answer. */
export function windowFor(prompt: number, output: number, share = 1): number {
  return Math.ceil(prompt / (safety * share)) + 1 + output;
}

/** For material in the first message (or that of a synthesis), beside what it has to say. */
export function materialRoom(room: number, { must, readsOn }: { must: number; readsOn: boolean }): number {
  return Math.max(0, Math.min(readsOn ? mostMaterial : mostResults, Math.floor(room * openingShare) - must));
}
