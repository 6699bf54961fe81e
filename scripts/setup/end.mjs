import { dim, fail, say } from '../terminal.mjs';
import { SetupProblem } from './problem.mjs';

/** Says what went wrong: a sentence for what a person can put right, the whole error for a fault of ours. */
export function explain(error) {
  say();
  fail(error instanceof SetupProblem ? error.message : (error.stack ?? String(error)));
  for (const line of error.tried ?? []) say(dim(line.replace(/^/gm, '    ')));
}

export function endWith(error) {
  explain(error);
  process.exitCode = 1;
}
