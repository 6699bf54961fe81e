/**
 * From a page's loose text items to paragraphs. A PDF knows places, not sentences: lines are found by their height on
 * the page, paragraphs by the gaps between lines, headings by size, table rows by wide gaps inside a line.
 */
export interface PdfTextItem {
  str: string;
  /** [a, b, c, d, x, y], origin bottom left. */
  transform: number[];
  width: number;
  height: number;
}

export interface PdfLine {
  text: string;
  x: number;
  y: number;
  right: number;
  size: number;
  /** The line falls into cells: wide gaps stand between its parts. */
  cells: number;
}

export interface PdfBlock {
  text: string;
  heading: boolean;
  tableRow: boolean;
}

export function linesOf(items: PdfTextItem[]): PdfLine[] {
  const rows: PdfTextItem[][] = [];
  for (const item of items) {
    if (item.str.trim() === '') continue;
    const row = rows.at(-1);
    const sameRow = row?.[0] && Math.abs(yOf(row[0]) - yOf(item)) < Math.max(2, sizeOf(item) * 0.4);
    // Going back to the left on the same height means a second column or an overlay: a line of its own.
    if (sameRow && xOf(item) >= xOf(row.at(-1) as PdfTextItem) - 1) row.push(item);
    else rows.push([item]);
  }
  return rows.map(lineOf);
}

function lineOf(items: PdfTextItem[]): PdfLine {
  const first = items[0] as PdfTextItem;
  let text = '';
  let right = xOf(first);
  let cells = 1;
  for (const item of items) {
    const gap = xOf(item) - right;
    if (text !== '' && gap > Math.max(10, sizeOf(item) * 1.5)) {
      text = `${text.trimEnd()} | `;
      cells += 1;
    } else if (text !== '' && gap > sizeOf(item) * 0.15 && !text.endsWith(' ')) {
      text += ' ';
    }
    text += item.str;
    right = xOf(item) + item.width;
  }
  const size = Math.max(...items.map(sizeOf));
  return { text: text.trim(), x: xOf(first), y: yOf(first), right, size, cells };
}

/** `body` is the type size of the document's running text: what is clearly larger is a heading. */
export function blocksOfPage(lines: PdfLine[], body: number): PdfBlock[] {
  const leading = usualLeading(lines, body);
  const blocks: PdfBlock[] = [];
  let before: PdfLine | undefined;
  for (const line of lines) {
    const open = blocks.at(-1);
    const heading = line.size > body * 1.12;
    const tableRow = line.cells > 1;
    if (
      open &&
      before &&
      !tableRow &&
      !open.tableRow &&
      open.heading === heading &&
      continues(before, line, leading)
    ) {
      const hyphen = /\p{L}-$/u.test(open.text) && /^\p{Ll}/u.test(line.text);
      open.text = hyphen ? open.text.slice(0, -1) + line.text : `${open.text} ${line.text}`;
    } else {
      blocks.push({ text: line.text, heading, tableRow });
    }
    before = line;
  }
  return blocks.filter((block) => !/^[\d\s|.–-]*$/.test(block.text) || block.tableRow);
}

function continues(before: PdfLine, line: PdfLine, leading: number): boolean {
  const drop = before.y - line.y;
  if (drop <= 0 || drop > leading * 1.25) return false;
  if (Math.abs(before.size - line.size) > 0.6) return false;
  return !/^(?:[•▪●◦–]\s|\(?[a-z\d]{1,2}[.)]\s|\d+(?:\.\d+)+\s)/.test(line.text);
}

/** The size that most characters are set in. */
export function bodySize(lines: PdfLine[]): number {
  const weight = new Map<number, number>();
  for (const line of lines) {
    const size = Math.round(line.size * 2) / 2;
    weight.set(size, (weight.get(size) ?? 0) + line.text.length);
  }
  return [...weight].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 10;
}

/** The most usual distance between two lines under each other, in points. */
function usualLeading(lines: PdfLine[], body: number): number {
  const seen = new Map<number, number>();
  lines.forEach((line, index) => {
    const before = lines[index - 1];
    if (!before || before.y <= line.y) return;
    const drop = Math.round((before.y - line.y) * 2) / 2;
    seen.set(drop, (seen.get(drop) ?? 0) + 1);
  });
  const usual = [...seen].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0];
  // A page of single lines has no usual distance; then the type's size gives it.
  return Math.min(usual ?? Number.POSITIVE_INFINITY, body * 1.6);
}

/** Running heads and feet: the first or last two lines that, numbers aside, come back on most pages. */
export function withoutRunningLines(pages: PdfLine[][]): PdfLine[][] {
  if (pages.length < 3) return pages;
  const keyOf = (line: PdfLine) => `${Math.round(line.y / 4)}:${line.text.replace(/\d+/g, '#')}`;
  const edge = (lines: PdfLine[]) => {
    const byHeight = [...lines].sort((a, b) => b.y - a.y);
    return new Set([...byHeight.slice(0, 3), ...byHeight.slice(-3)]);
  };
  const seen = new Map<string, number>();
  for (const lines of pages) {
    for (const key of new Set([...edge(lines)].map(keyOf))) seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return pages.map((lines) => {
    const edges = edge(lines);
    return lines.filter(
      (line) => !edges.has(line) || (seen.get(keyOf(line)) ?? 0) < Math.max(2, pages.length * 0.5),
    );
  });
}

function xOf(item: PdfTextItem): number {
  return item.transform[4] ?? 0;
}

function yOf(item: PdfTextItem): number {
  return item.transform[5] ?? 0;
}

function sizeOf(item: PdfTextItem): number {
  return Math.hypot(item.transform[2] ?? 0, item.transform[3] ?? 0) || item.height || 10;
}
