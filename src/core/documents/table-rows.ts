/**
 * A table's row as a quotable fact. Rows arrive as `name: value; name: value`; the column that holds prose is quoted,
 * the others stand beside it as facts. Nothing is computed: every part is text of the row.
 */
import type { Passage } from './passage.ts';

export interface Cell {
  name: string;
  value: string;
}

export interface RowReader {
  /** Undefined if the row has no prose of its own. */
  quoteOf(passage: Passage): { text: string; facts: Cell[] } | undefined;
}

export function createRowReader(rows: Passage[]): RowReader {
  const names = columnNames(rows);
  const prose = proseColumn(rows.slice(0, 200).map((row) => cellsOf(row.text, names)));
  const identity = identityColumns(rows, names);
  return {
    quoteOf(passage) {
      const cells = cellsOf(passage.text, names);
      const quoted = cells.find((cell) => cell.name === prose);
      if (!quoted) return undefined;
      return {
        text: quoted.value,
        facts: cells.filter(
          (cell) => cell !== quoted && !identity.has(cell.name) && !/^0(?:\.0+)?$/.test(cell.value),
        ),
      };
    },
  };
}

/** What stands before a colon in most rows is a column's name; a colon inside prose is not. */
function columnNames(rows: Passage[]): Set<string> {
  const seen = new Map<string, number>();
  for (const row of rows) {
    for (const part of row.text.split('; ')) {
      const name = /^([^:]{1,60}): /.exec(part)?.[1];
      if (name !== undefined) seen.set(name, (seen.get(name) ?? 0) + 1);
    }
  }
  return new Set(
    [...seen]
      .filter(([, count]) => count >= Math.max(Math.min(2, rows.length), rows.length * 0.1))
      .map(([name]) => name),
  );
}

export function cellsOf(text: string, names: Set<string>): Cell[] {
  const cells: Cell[] = [];
  for (const part of text.split('; ')) {
    const name = /^([^:]{1,60}): /.exec(part)?.[1];
    const open = cells.at(-1);
    if (name !== undefined && names.has(name)) cells.push({ name, value: part.slice(name.length + 2) });
    else if (open) open.value += `; ${part}`;
  }
  return cells;
}

/** The column with the most words per cell, if they are enough to say something. */
function proseColumn(rows: Cell[][]): string | undefined {
  const words = new Map<string, number[]>();
  for (const cells of rows) {
    for (const { name, value } of cells)
      words.set(name, [...(words.get(name) ?? []), value.split(/\s+/).length]);
  }
  const means = [...words].map(([name, counts]) => ({
    name,
    mean: counts.reduce((a, b) => a + b, 0) / counts.length,
  }));
  const best = means.sort((a, b) => b.mean - a.mean)[0];
  return best && best.mean >= 3.5 ? best.name : undefined;
}

/** Columns that only number or name the row ("INC-014") tell a reader nothing beside the row number. */
function identityColumns(rows: Passage[], names: Set<string>): Set<string> {
  return new Set(
    [...names].filter((name) => /(?:^|[\s_])(?:id|key|uuid|no|number)$/i.test(name) && rows.length > 1),
  );
}
