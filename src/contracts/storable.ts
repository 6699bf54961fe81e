import type { Problem } from '../errors.ts';

/** Brackets in brackets; deeper values would overflow the stack of whoever walks them. */
const maxDepth = 64;

/** PostgreSQL stores neither a NUL character nor half of a surrogate pair; and nothing may be nested without end. */
export function unstorable(root: unknown, prefix = ''): Problem[] {
  const problems: Problem[] = [];
  const open: { value: unknown; pointer: string; depth: number }[] = [
    { value: root, pointer: prefix, depth: 0 },
  ];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, pointer, depth } = next;
    if (typeof value === 'string' && !isStorable(value)) problems.push(badText(pointer));
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= maxDepth)
      return [{ pointer, code: 'too_deep', message: `Nested deeper than ${maxDepth} levels.` }];
    for (const [key, inner] of Object.entries(value)) {
      const place = pointer + pointerOf([key]);
      if (!isStorable(key)) problems.push(badText(place));
      open.push({ value: inner, pointer: place, depth: depth + 1 });
    }
  }
  return problems;
}

/** RFC 6901. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

function badText(pointer: string): Problem {
  return { pointer, code: 'invalid_text', message: 'Contains a NUL character or half of a surrogate pair.' };
}
