/** Cuts texts without breaking a character in two: half a pair of surrogates is no text, and the record refuses it. */

export function headOf(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const end = Math.max(0, characters);
  return text.slice(0, isHigh(text.charCodeAt(end - 1)) ? end - 1 : end);
}

export function tailOf(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const start = text.length - Math.max(0, characters);
  return text.slice(isLow(text.charCodeAt(start)) ? start + 1 : start);
}

/** One line for people. */
export function clip(text: string, characters: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= characters ? line : `${headOf(line, characters - 1)}…`;
}

/** How much of a text goes into so many tokens, when all of it has `tokens`. */
export function charactersFor(text: string, { tokens, room }: { tokens: number; room: number }): number {
  return tokens <= room ? text.length : Math.max(0, Math.floor((text.length * room) / tokens));
}

/** A head with the way to the rest. `handle` null: the rest cannot be read. */
export function shownHead(text: string, characters: number, handle: string | null): string {
  if (text.length <= characters) return text;
  const head = headOf(text, characters);
  const left = (text.length - head.length).toLocaleString('en-US');
  const how = handle === null ? '' : `: call read_result with handle ${handle} from ${head.length}`;
  return `${head}\n…[${left} more characters${how}]`;
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
