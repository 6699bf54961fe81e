/** Problems of a plan as text for the model that wrote it, so that it can repair exactly these places. */
import type { Problem } from '../../errors.ts';
import { readSource } from './parse-definition.ts';
import { headOf } from '../context/clip.ts';

const most = 40;

/** `given`: what the model wrote, as text or value; with it each problem shows what stands there now. */
export function planProblemsText(problems: readonly Problem[], given?: unknown): string {
  const source = typeof given === 'string' ? readSource(given).value : given;
  const shown = problems.slice(0, most).map(({ pointer, code, message }) => {
    const value = source == null ? undefined : valueAt(source, pointer);
    const now = value === undefined ? '' : ` It is now ${shorten(JSON.stringify(value))}.`;
    return `- ${placeOf(pointer, source)} [${code}] ${endSentence(message)}${now}`;
  });
  const more = problems.length - shown.length;
  return [
    problems.length === 1 ? 'The plan has 1 problem:' : `The plan has ${problems.length} problems:`,
    ...shown,
    ...(more > 0 ? [`- and ${more} more of the same kinds`] : []),
    'Write the whole plan again with these repaired. Keep everything else as it is.',
  ].join('\n');
}

/** `/steps/2/with/goal (step "write")`: models count badly, names they know. */
function placeOf(pointer: string, source: unknown): string {
  const position = /^\/steps\/(\d+)/.exec(pointer)?.[1];
  const id =
    position === undefined || source === undefined ? undefined : valueAt(source, `/steps/${position}/id`);
  return `${pointer === '' ? 'the whole' : pointer}${typeof id === 'string' ? ` (step "${shorten(id)}")` : ''}:`;
}

function valueAt(source: unknown, pointer: string): unknown {
  let here = source;
  for (const key of pointer.split('/').slice(1)) {
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as Record<string, unknown>)[name];
  }
  return here;
}

function shorten(text: string): string {
  return text.length > 120 ? `${headOf(text, 120)}…` : text;
}

function endSentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
