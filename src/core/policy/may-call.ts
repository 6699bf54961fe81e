import { readResultName } from '../context/results.ts';
import { isOfHearing } from '../task/hearing-tools.ts';

/** Comes with a task where it makes sense, and stands in no agent's list. */
export function comesByItself(name: string): boolean {
  return name === readResultName || isOfHearing(name);
}

/** Reading on in what its own tools brought belongs to having tools. */
export function mayCall(tools: readonly string[], name: string): boolean {
  return tools.includes(name) || (name === readResultName && tools.length > 0);
}
