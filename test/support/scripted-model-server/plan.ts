import type { Answer, PlannedAnswer, Script, ServedCall } from './script.ts';

export interface Plan {
  add(answers: PlannedAnswer[]): void;
  /** Null: nothing is planned for this; it is remembered. */
  answerFor(call: ServedCall): Answer | null;
  fail(problem: string): void;
  assertDone(): void;
}

function isFor(planned: PlannedAnswer, call: ServedCall): boolean {
  if (planned.when === undefined) return true;
  if (typeof planned.when === 'function') return planned.when(call);
  return `${call.system}\n${call.text}`.includes(planned.when);
}

function nameOf(planned: PlannedAnswer): string {
  if (typeof planned.when === 'string') return `for "${planned.when}"`;
  return `"${(planned.text ?? JSON.stringify(planned.json) ?? planned.fault?.kind ?? '').slice(0, 60)}"`;
}

export function createPlan(script: Script): Plan {
  const open: { planned: PlannedAnswer; left: number }[] = [];
  const problems: string[] = [];
  const add = (answers: PlannedAnswer[]) =>
    open.push(...answers.map((planned) => ({ planned, left: planned.times ?? 1 })));
  add(script.answers ?? []);
  return {
    add,
    fail: (problem) => void problems.push(problem),
    answerFor(call) {
      const next = open.find(({ planned, left }) => left > 0 && isFor(planned, call));
      if (next) {
        next.left -= 1;
        if (next.left === 0) open.splice(open.indexOf(next), 1);
        return next.planned;
      }
      const ruled = script.rule?.(call) ?? null;
      if (!ruled)
        problems.push(
          `Unplanned request ${call.id} (${call.protocol}, ${call.model}): ${call.text.slice(0, 200)}`,
        );
      return ruled;
    },
    assertDone() {
      const unused = open
        .filter(({ left }) => left > 0)
        .map(({ planned, left }) => `Never asked for (${left}x): answer ${nameOf(planned)}`);
      const all = [...problems, ...unused];
      if (all.length > 0)
        throw new Error(`The scripted model server was not used as planned:\n- ${all.join('\n- ')}`);
    },
  };
}
