import type { Step } from '../../../src/contracts/workflow.ts';

/** One field of what a step that is no agent's is given, as a person edits it. */
export interface InputField {
  name: string;
  label: string;
  hint?: string;
  /** `json`: an object; `lines`: a text of several lines. */
  kind: 'text' | 'lines' | 'json';
  /** As it stands. */
  text: string;
}

type Described = Omit<InputField, 'text'>;

const lasts = 'As ISO 8601 says it: PT30S, PT2H, P1D.';

const fieldsOf: Record<Exclude<Step['kind'], 'agent'>, readonly Described[]> = {
  tool: [{ name: 'arguments', label: 'Arguments', kind: 'json' }],
  approval: [
    { name: 'title', label: 'What is asked', kind: 'text' },
    { name: 'details', label: 'Details', kind: 'lines' },
    { name: 'expiresIn', label: 'Expires in', kind: 'text', hint: lasts },
  ],
  wait: [
    { name: 'for', label: 'Waits for', kind: 'text', hint: lasts },
    { name: 'until', label: 'Waits until', kind: 'text', hint: 'A time with its zone.' },
    { name: 'message', label: 'Asks a person', kind: 'lines' },
  ],
  workflow: [{ name: 'inputs', label: 'Inputs', kind: 'json' }],
  set: [{ name: 'values', label: 'Values', kind: 'json' }],
};

/** What can be changed in a step, as planned and changed so far. Of a wait only what it waits for now. */
export function inputFields({ kind, with: planned }: Step, changed: Record<string, unknown>): InputField[] {
  if (kind === 'agent') return [];
  const given: Record<string, unknown> = { ...planned, ...changed };
  return fieldsOf[kind].flatMap((field) => {
    const value = given[field.name] ?? null;
    if (kind === 'wait' && value === null) return [];
    return [{ ...field, text: textOf(value) }];
  });
}

function textOf(value: unknown): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** @returns what was changed, or the fields whose text is no JSON object */
export function readInput(
  fields: readonly InputField[],
  texts: Readonly<Record<string, string>>,
): { changed: Record<string, unknown> } | { wrong: string[] } {
  const changed: Record<string, unknown> = {};
  const wrong: string[] = [];
  for (const { name, kind, text: before } of fields) {
    const text = texts[name] ?? before;
    if (text.trim() === before.trim()) continue;
    const value = kind === 'json' ? objectOf(text) : text.trim() || null;
    if (value === undefined) wrong.push(name);
    else changed[name] = value;
  }
  return wrong.length > 0 ? { wrong } : { changed };
}

function objectOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
