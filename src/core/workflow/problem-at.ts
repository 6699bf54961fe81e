import type { Problem } from '../../errors.ts';
import { headOf } from '../context/clip.ts';
import { escapePointer } from './evaluate.ts';

export type Path = readonly PropertyKey[];

export function pointerOf(path: Path): string {
  return path.map((key) => `/${escapePointer(String(key))}`).join('');
}

export function problemAt(path: Path, code: string, message: string): Problem {
  return { pointer: pointerOf(path), code, message };
}

/** What there is instead, so that a person or a model can pick the right name. */
export function listed(names: Iterable<string>): string {
  const unique = [...new Set(names)].toSorted();
  if (unique.length === 0) return 'There is none at all.';
  const shown = unique.slice(0, 20).map((name) => (name.length > 100 ? `${headOf(name, 100)}…` : name));
  return `There is: ${shown.join(', ')}${unique.length > 20 ? ', …' : '.'}`;
}

/** In the order of the document's places, each only once. */
export function uniqueProblems(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ pointer, code, message }) => {
    const key = `${pointer}\n${code}\n${message}`;
    return !seen.has(key) && seen.add(key);
  });
}

/**
 * Moves a problem to the place in what was really given: free keys may have been written as `[{ name, value }]` or as JSON text.
 * Inside JSON text there are no pointers, so the rest of the way goes into the message.
 */
export function inSource(root: unknown, problem: Problem): Problem {
  let here = root;
  let pointer = '';
  const keys = problem.pointer.split('/').slice(1);
  for (const [at, escaped] of keys.entries()) {
    const key = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof here === 'string') {
      return {
        ...problem,
        pointer,
        message: `In its JSON at /${keys.slice(at).join('/')}: ${problem.message}`,
      };
    }
    const named =
      Array.isArray(here) && !/^\d+$/.test(key) ? here.findIndex((entry) => nameOf(entry) === key) : -1;
    const step = named >= 0 ? `/${named}/value` : `/${escaped}`;
    here = named >= 0 ? ((here as unknown[])[named] as { value?: unknown }).value : childOf(here, key);
    pointer += step;
  }
  return problem.pointer === pointer ? problem : { ...problem, pointer };
}

function nameOf(entry: unknown): unknown {
  return typeof entry === 'object' && entry !== null ? (entry as { name?: unknown }).name : undefined;
}

function childOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
