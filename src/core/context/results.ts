/** Long results of tools: kept once, shown as a head with a handle. Pure. */
import { shownHead } from './clip.ts';

export const readResultName = 'read_result';
/** What a prompt shows of one result; it is paid again at every turn. */
export const shownCharacters = 17_000;
/** One call of read_result brings so much. */
export const readCharacters = 16_000;

/** An effect's id as a model is told of it. */
export function handleOf(effectId: string): string {
  return `res_${effectId.slice(effectId.indexOf('_') + 1)}`;
}

/** @returns null for what is no handle of a result */
export function effectIdOf(handle: string): string | null {
  return /^res_[0-9a-z]{26}$/.test(handle) ? `mdc_${handle.slice('res_'.length)}` : null;
}

/** The step whose output a handle names. */
export function stepOf(handle: string): string | null {
  return handle.startsWith('step:') ? handle.slice('step:'.length) : null;
}

export function shownResult(text: string, handle: string): string {
  return shownHead(text, shownCharacters, handle);
}
