import type { Problem } from '../../errors.ts';
import { listed, type Path, problemAt } from './problem-at.ts';
import { hasReference } from './reference.ts';

export function checkKnown(
  name: string | null,
  path: Path,
  { code, what, known }: { code: string; what: string; known: readonly string[] },
): Problem[] {
  if (name === null || known.includes(name) || hasReference(name)) return [];
  return [problemAt(path, code, `There is no ${what} "${name}". ${listed(known)}`)];
}
