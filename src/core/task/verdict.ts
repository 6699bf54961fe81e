/** What a judge says of a result. Whatever it writes, it is read as far as it makes sense: a judge never breaks a run. */
import type { PlanCorrection } from '../../contracts/plan.ts';
import { headOf } from '../context/clip.ts';

export interface Verdict {
  /** Steps to be done again. */
  steps: PlanCorrection[];
  /** What is wrong with the result as it is written. */
  notes: string[];
}

/** JSON Schema of the answer, in the form of strict structured output. */
export const verdictSchema = {
  type: 'object',
  properties: {
    verdict: { type: 'string', enum: ['ok', 'correct'], description: 'ok: the result reaches the goal' },
    corrections: {
      type: 'array',
      description: 'Empty when it is ok. Only what matters: there is one round of corrections',
      items: {
        type: 'object',
        properties: {
          step: {
            type: 'string',
            description:
              'Id of the step that must be done again; "" when only the text of the result must change',
          },
          note: { type: 'string', description: 'What is wrong and what is wanted, in one or two sentences' },
        },
        required: ['step', 'note'],
        additionalProperties: false,
      },
    },
  },
  required: ['verdict', 'corrections'],
  additionalProperties: false,
} as const;

const most = 10;
const characters = 2000;

/** Null: it is good, or the judge made no sense. `known`: steps that can be done again; corrections of others are for the text. */
export function readVerdict(text: string, known: ReadonlySet<string>): Verdict | null {
  const { verdict, corrections } = parse(text);
  if (verdict !== 'correct' || !Array.isArray(corrections)) return null;
  const read = corrections.flatMap((each: unknown) => {
    const { step, note } = (typeof each === 'object' && each !== null ? each : {}) as Record<string, unknown>;
    if (typeof note !== 'string' || note.trim() === '') return [];
    return [{ step: typeof step === 'string' ? step : '', note: clean(note) }];
  });
  const given = read.slice(0, most);
  const steps = given.filter(({ step }) => known.has(step));
  const notes = given.filter(({ step }) => !known.has(step)).map(({ note }) => note);
  return steps.length + notes.length > 0 ? { steps, notes } : null;
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function clean(note: string): string {
  return headOf(note.trim(), characters).toWellFormed().replaceAll('\0', '');
}
