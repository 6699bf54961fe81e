/**
 * Which clause a paragraph is. Word stores "this is level 2 of that list", not "4.2": the counting is done here.
 * A number typed by hand ("4.2 Termination") is believed and taken out of the text, so that the text is prose.
 */
import type { Anchor } from '../../core/documents/passage.ts';
import type { DocxNode, DocxNumbering } from './docx-nodes.ts';

export interface Clause {
  text: string;
  anchor?: Anchor;
}

export function createClauseCounter() {
  const counts: number[] = [];
  const definitions: (DocxNumbering | undefined)[] = [];
  let current: Anchor | undefined;

  const count = (numbering: DocxNumbering): string => {
    const level = Number(numbering.level) || 0;
    if (definitions[level] && definitions[level] !== numbering) counts[level] = 0;
    definitions[level] = numbering;
    counts.length = level + 1;
    definitions.length = level + 1;
    for (let above = 0; above < level; above += 1) counts[above] ??= 1;
    counts[level] = (counts[level] ?? 0) + 1;
    return labelOf(counts);
  };

  return {
    current: (): Anchor | undefined => current,
    next(node: DocxNode, typed: string): Clause {
      const byHand =
        /^(?:(?:clause|section|article)\s+)?(\d{1,3}(?:\.\d{1,3}){1,3}|\d{1,3}(?=[.)]))[.)]?\s+(?=\p{L}|["“])/iu.exec(
          typed,
        );
      if (byHand?.[1]) {
        current = clauseAnchor(byHand[1], isHeading(node));
        return { text: typed.slice(byHand[0].length), anchor: current };
      }
      if (node.numbering?.isOrdered) {
        current = clauseAnchor(count(node.numbering), isHeading(node));
        return { text: typed, anchor: current };
      }
      // A bullet belongs to the clause above it. Any other paragraph may not: better a coarse place than a wrong one.
      if (!node.numbering) current = undefined;
      return current ? { text: typed, anchor: current } : { text: typed };
    },
  };
}

/** Word shows a third level mostly as (a), (b): named as an item of its clause it is right however it looks. */
function labelOf(counts: number[]): string {
  const clause = counts.slice(0, 2).join('.');
  const items = counts.slice(2).map((count) => `, item ${count}`);
  return clause + items.join('');
}

/** "3." alone is a clause in front of a heading, and just a point of a list elsewhere. */
function clauseAnchor(value: string, heading = true): Anchor {
  return { kind: 'heading', value, label: `${heading || value.includes('.') ? 'clause' : 'point'} ${value}` };
}

function isHeading(node: DocxNode): boolean {
  return /^heading \d/i.test(node.styleName ?? '');
}
