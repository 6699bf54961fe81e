/**
 * A model for load and chaos: every request gets a sensible answer that is a function of the request alone, so that a
 * repeated request is answered the same. A plan is asked for with a schema that has `steps`; any other schema gets an
 * instance of itself; scoring gets a top list; everything else gets a few sentences.
 */
import { createHash } from 'node:crypto';
import { instanceOf } from './instance-of-schema.ts';
import type { Answer, Fault, ServedCall } from './script.ts';
import { toolCallFor } from './tool-rule.ts';

export interface WorkRuleOptions {
  /** Steps of a plan: a first, then two at a time side by side, then a last one over all. */
  planSteps?: number;
  delayMs?: number;
  /** Words of a text answer. */
  words?: number;
  /** Of so many calls in a hundred the first try fails in a way that may be tried again. By key: it needs the call header. */
  faultsPerHundred?: number;
  seed?: number;
  /** Of so many tasks in a hundred the first turn calls a tool. */
  toolsPerHundred?: number;
}

function numberOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0);
}

export function planOf(call: ServedCall, steps: number): object {
  const step = (id: string, goal: string, dependsOn: string[]) => ({
    id,
    kind: 'agent',
    title: goal,
    dependsOn,
    join: 'all',
    if: '',
    with: { goal, agentId: '', requires: [], files: [], outputSchema: '', budget: null, method: null },
    forEach: null,
    retry: null,
    timeout: '',
    onError: 'fail',
  });
  if (call.text.includes('# The plan needs a new rest')) return restOf(call, step);
  const list = [step('s1', 'Gather the facts', [])];
  for (let n = 2; n < steps; n += 1) {
    // Two branches: each goes on from the one before it on its own side.
    const before = n <= 3 ? 's1' : `s${n - 2}`;
    list.push(step(`s${n}`, `Work on part ${n}: \${{ steps.${before}.output.markdown }}`, [before]));
  }
  if (steps > 1) {
    const ends = [...new Set([`s${Math.max(1, steps - 2)}`, `s${steps - 1}`])];
    list.push(step(`s${steps}`, 'Write the result', ends));
  }
  return {
    name: `Plan ${numberOf(call.text) % 1000}`,
    description: '',
    inputs: '',
    steps: list,
    output: `\${{ steps.s${steps}.output.markdown }}`,
  };
}

type NewStep = (id: string, goal: string, dependsOn: string[]) => object;

/** A new rest of a plan: two steps with names that no plan of this goal has had. */
function restOf(call: ServedCall, step: NewStep): object {
  const id = `r${numberOf(call.text) % 1e6}`;
  return {
    name: `Rest ${id}`,
    description: '',
    inputs: '',
    steps: [step(id, 'Take in what is new', []), step(`${id}b`, 'Write the result', [id])],
    output: `\${{ steps.${id}b.output.markdown }}`,
  };
}

const vocabulary =
  'the report names three matters and each has a cause that the team can act on before winter'.split(' ');

function textOf(call: ServedCall, words: number): string {
  const start = numberOf(call.text);
  const picked = Array.from(
    { length: words },
    (_each, index) => vocabulary[(start + index * 7) % vocabulary.length],
  );
  return `${picked.join(' ')}.`;
}

/** Scores by the words of the prompt, so that rankings are stable and not all alike. */
function topOf(prompt: string): Record<string, number> {
  const share = (numberOf(prompt) % 1000) / 1000;
  return { ' bad': -0.5 - share, ' good': -1.5 + share / 2, ' neutral': -2, ' yes': -2.5, ' no': -3 };
}

const faults: Fault[] = [
  { kind: 'status', status: 429, headers: { 'retry-after-ms': '50' } },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 529 },
  { kind: 'cut', afterBytes: 200 },
];

function faultOf(call: ServedCall, options: WorkRuleOptions): Fault | undefined {
  if (!options.faultsPerHundred || call.callKey === null || call.try !== 1) return undefined;
  const chance = numberOf(`${options.seed ?? 0} ${call.callKey}`);
  return chance % 100 < options.faultsPerHundred ? faults[(chance >>> 8) % faults.length] : undefined;
}

export function createWorkRule(options: WorkRuleOptions = {}): (call: ServedCall) => Answer {
  const { planSteps = 4, delayMs, words = 40, toolsPerHundred = 0 } = options;
  return (call) => {
    const fault = faultOf(call, options);
    const base: Answer = { ...(delayMs === undefined ? {} : { delayMs }), ...(fault ? { fault } : {}) };
    if (call.protocol === 'completions') return { ...base, top: topOf };
    const schema = call.outputSchema?.schema;
    const tool = toolsPerHundred > 0 ? toolCallFor(call, { toolsPerHundred, seed: options.seed }) : null;
    if (tool) return { ...base, toolCalls: [tool] };
    if (!schema) return { ...base, text: textOf(call, words) };
    const properties = (schema.properties ?? {}) as Record<string, unknown>;
    return { ...base, json: 'steps' in properties ? planOf(call, planSteps) : instanceOf(schema) };
  };
}
