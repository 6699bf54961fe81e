import { readResultName } from '../context/results.ts';

/** Reading on in what its own tools brought belongs to having tools. */
export function mayCall(tools: readonly string[], name: string): boolean {
  return tools.includes(name) || (name === readResultName && tools.length > 0);
}
