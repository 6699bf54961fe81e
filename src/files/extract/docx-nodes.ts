/** The parts of mammoth's document model that we read (it publishes no types for them). */
export interface DocxNode {
  type: string;
  children?: DocxNode[];
  value?: string;
  styleName?: string | null;
  numbering?: DocxNumbering | null;
}

/** One such object exists per level of a list definition; its identity tells two lists apart. */
export interface DocxNumbering {
  isOrdered: boolean;
  level: string;
}

export function textOf(node: DocxNode): string {
  if (node.type === 'text') return node.value ?? '';
  if (node.type === 'tab' || node.type === 'break') return ' ';
  const inner = (node.children ?? []).map(textOf).join('');
  // Paragraphs inside a table cell must not grow together.
  return node.type === 'paragraph' ? `${inner} ` : inner;
}
