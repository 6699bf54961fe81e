import { setFlagsFromString } from 'node:v8';

/**
 * Patterns of JSON Schemas come from models, people and tool servers, and are matched against what models write. One that goes back and
 * forth without end, such as `^(a+)+$`, would hold its process: V8 goes over to its engine of linear time then, where the pattern lets it
 * (no look-around, no back-references, few counted repetitions).
 */
export function boundRegExps(): void {
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
}
