/**
 * References in text: `${{ inputs.goal }}`, `${{ steps.read.output.items[0].name }}`, `${{ steps["my step"].output }}`, `${{ item }}`.
 * `$${{` stands for a plain `${{`. Parsing never throws; faults come back with their offset in the text.
 */
export interface Reference {
  root: string;
  path: readonly (string | number)[];
  offset: number;
  /** As written, for messages. */
  text: string;
}

export interface ReferenceFault {
  offset: number;
  code: 'bad_reference';
  message: string;
}

export interface Template {
  parts: readonly (string | Reference)[];
  /** Set when the whole text is one reference: it then stands for the value itself. */
  only: Reference | null;
  faults: readonly ReferenceFault[];
}

const open = '${{';
const close = '}}';
const rootPattern = /^\s*([A-Za-z_][A-Za-z0-9_]*)/;
// Fields may contain hyphens, because step ids may.
const linkPattern = /^(?:\s*\.\s*([A-Za-z_][A-Za-z0-9_-]*)|\s*\[\s*(?:(\d{1,9})|"([^"]*)"|'([^']*)')\s*\])/;

export function hasReference(text: string): boolean {
  return text.includes(open);
}

export function parseTemplate(text: string): Template {
  const parts: (string | Reference)[] = [];
  const faults: ReferenceFault[] = [];
  let plain = '';
  let at = 0;
  for (let start = text.indexOf(open); start >= 0; start = text.indexOf(open, at)) {
    if (text[start - 1] === '$' && start - 1 >= at) {
      plain += text.slice(at, start - 1) + open;
      at = start + open.length;
      continue;
    }
    plain += text.slice(at, start);
    const end = text.indexOf(close, start);
    const reference = end < 0 ? null : parseReference(text.slice(start + open.length, end), start);
    if (reference === null) {
      faults.push({ offset: start, code: 'bad_reference', message: describeFault(end < 0) });
      if (end < 0) break;
    } else {
      if (plain !== '') parts.push(plain);
      plain = '';
      parts.push(reference);
    }
    at = end + close.length;
  }
  plain += text.slice(at);
  if (plain !== '') parts.push(plain);
  const first = parts[0];
  const only = parts.length === 1 && typeof first === 'object' && faults.length === 0 ? first : null;
  return { parts, only, faults };
}

/** The one reference that a text with blanks around it consists of, or null. */
export function onlyReference(text: string): Reference | null {
  return hasReference(text) ? parseTemplate(text.trim()).only : null;
}

function describeFault(open: boolean): string {
  return open
    ? 'a reference is opened with ${{ but not closed with }}; write $${{ for the plain characters'
    : 'a reference is ${{ inputs.name }}, ${{ steps.id.output.path }} or the item of the forEach; no operators, no functions';
}

function parseReference(inside: string, offset: number): Reference | null {
  const root = rootPattern.exec(inside);
  if (root?.[1] === undefined) return null;
  const path: (string | number)[] = [];
  let rest = inside.slice(root[0].length);
  for (let link = linkPattern.exec(rest); link !== null; link = linkPattern.exec(rest)) {
    const [whole, field, index, double, single] = link;
    path.push(index === undefined ? (field ?? double ?? single ?? '') : Number(index));
    rest = rest.slice(whole.length);
  }
  if (rest.trim() !== '') return null;
  return { root: root[1], path, offset, text: inside.trim() };
}
