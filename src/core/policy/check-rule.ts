import type { RuleTerms } from '../../contracts/approval-rule.ts';
import type { Problem } from '../../errors.ts';
import { durationMilliseconds } from '../workflow/durations.ts';
import { compileExpression } from '../workflow/expression.ts';
import { conditionNames } from './match-rule.ts';

const longest = 366 * 86_400_000;

/** What the shape of a rule does not say: every problem, each at its place under `base`. */
export function checkRule(rule: RuleTerms, base = ''): Problem[] {
  const at = (field: string, code: string, message: string): Problem => ({
    pointer: `${base}/${field}`,
    code,
    message,
  });
  const problems: Problem[] = [];
  const expires = millisecondsOf(rule.expiresIn);
  const remind = millisecondsOf(rule.remindBefore);
  for (const [field, length] of [
    ['expiresIn', expires],
    ['remindBefore', remind],
  ] as const) {
    if (length === 0) problems.push(at(field, 'too_small', 'Longer than nothing.'));
    if (length !== null && length > longest) problems.push(at(field, 'too_big', 'At most 366 days.'));
  }
  if (remind !== null && expires === null)
    problems.push(at('remindBefore', 'not_allowed', 'Only with "expiresIn": before what?'));
  if (remind !== null && expires !== null && remind >= expires)
    problems.push(at('remindBefore', 'too_big', 'Shorter than "expiresIn".'));
  if (rule.effect !== 'ask') {
    for (const field of ['expiresIn', 'remindBefore', 'fourEyes'] as const)
      if (rule[field]) problems.push(at(field, 'not_allowed', 'Only for a rule whose effect is "ask".'));
  }
  return [...problems, ...conditionProblems(rule.when, `${base}/when`)];
}

function conditionProblems(when: string | null, pointer: string): Problem[] {
  if (when === null) return [];
  const { faults, names } = compileExpression(when);
  if (faults.length > 0)
    return faults.map(({ code, message, offset }) => ({
      pointer,
      code,
      message: `At character ${offset + 1}: ${message}`,
    }));
  const unknown = [...new Set(names.map(({ root }) => root))].filter(
    (name) => !conditionNames.includes(name),
  );
  return unknown.map((name) => ({
    pointer,
    code: 'unknown_name',
    message: `There is no "${name}" here. There are: ${conditionNames.join(', ')}.`,
  }));
}

export function millisecondsOf(duration: string | null): number | null {
  return duration === null ? null : durationMilliseconds(duration);
}
