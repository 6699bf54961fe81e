import type { Tokens } from '../src/contracts/live.ts';

export interface CallText {
  stream: string;
  callId: string;
  try: number;
  text: string;
}

/**
 * Adds a piece to what is known of a call's text. A higher try replaces it, an older try is dropped, what is there already is not
 * repeated; null when something before the piece is missing, so that the text so far has to be asked for again.
 */
export function addTokens(known: CallText | undefined, piece: Tokens): CallText | null {
  const { stream, callId, try: tryNumber, offset, text } = piece;
  if (known && tryNumber < known.try) return known;
  const before = known?.try === tryNumber ? known.text : '';
  if (offset > before.length) return null;
  const fresh = text.slice(before.length - offset);
  if (known?.try === tryNumber && fresh === '') return known;
  return { stream, callId, try: tryNumber, text: before + fresh };
}
