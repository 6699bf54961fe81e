/**
 * CSV and its relatives: one passage per row, `header: value; header: value`, anchored at the row's number as a
 * spreadsheet shows it (the header is row 1). The column summary counts and sorts, it never computes new figures.
 */
import { parse } from 'csv-parse/sync';
import type { ColumnSummary, Extraction } from '../../core/documents/passage.ts';
import { decodeText } from '../decode-text.ts';
import { delimiterOf } from '../delimiter.ts';
import {
  cleanText,
  collectPassages,
  defaultLimits,
  type ExtractOptions,
  readTextFile,
  unreadable,
} from './extractor.ts';

export async function extractCsv(path: string, options: ExtractOptions = {}): Promise<Extraction> {
  const limits = options.limits ?? defaultLimits;
  const { text, encoding } = decodeText(await readTextFile(path, limits));
  const rows = parseRows(text);
  const header = rows[0] && looksLikeHeader(rows[0]) ? rows[0] : undefined;
  const names = namesOf(header, Math.max(0, ...rows.slice(0, 1000).map((row) => row.length)));
  const collected = collectPassages(limits);
  const body = header ? rows.slice(1) : rows;
  body.forEach((cells, index) => {
    const row = index + (header ? 2 : 1);
    const parts = cells.map((cell, column) => ({
      name: names[column] ?? `column ${column + 1}`,
      cell: cleanText(cell),
    }));
    const filled = parts.filter((part) => part.cell !== '').map((part) => `${part.name}: ${part.cell}`);
    collected.add({ text: filled.join('; '), anchor: { kind: 'row', value: row, label: `row ${row}` } });
    if (row % 1000 === 0) options.onProgress?.({ done: row, total: rows.length, unit: 'rows' });
  });
  return {
    passages: collected.passages,
    meta: { rows: body.length, encoding, columns: columnsOf(names, body) },
  };
}

function parseRows(text: string): string[][] {
  try {
    return parse(text, {
      bom: true,
      delimiter: delimiterOf(text.slice(0, 64 * 1024)) ?? ',',
      relax_column_count: true,
      relax_quotes: true,
      trim: true,
      // Not skip_empty_lines: the row number must be the one that a spreadsheet shows.
    }) as string[][];
  } catch (error) {
    throw unreadable(
      `The table cannot be parsed: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
}

/** A header names columns: every cell filled, none a number or a date, none twice. */
function looksLikeHeader(cells: string[]): boolean {
  const names = cells.map((cell) => cell.trim().toLowerCase());
  return (
    names.every((name) => name !== '' && name.length <= 80 && !isNumber(name) && !isDate(name)) &&
    new Set(names).size === names.length
  );
}

function namesOf(header: string[] | undefined, width: number): string[] {
  return Array.from({ length: width }, (_, column) => {
    const name = header?.[column];
    return name === undefined ? `column ${column + 1}` : cleanText(name.replace(/_/g, ' '));
  });
}

function columnsOf(names: string[], rows: string[][]): ColumnSummary[] {
  return names.map((name, column) =>
    summarise(
      name,
      rows.map((row) => cleanText(row[column] ?? '')).filter((cell) => cell !== ''),
    ),
  );
}

function summarise(name: string, cells: string[]): ColumnSummary {
  if (cells.length === 0) return { name, kind: 'empty', filled: 0 };
  if (cells.every(isNumber))
    return { name, kind: 'number', filled: cells.length, ...extremes(cells, numberOf) };
  if (cells.every(isDate))
    return { name, kind: 'date', filled: cells.length, ...extremes(cells, (cell) => Date.parse(cell)) };
  const counts = new Map<string, number>();
  for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  if (counts.size > Math.max(2, cells.length / 3)) return { name, kind: 'text', filled: cells.length };
  const values = [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
  return { name, kind: 'category', filled: cells.length, values: values.slice(0, 12) };
}

function extremes(cells: string[], valueOf: (cell: string) => number): { min?: string; max?: string } {
  const known = cells.filter((cell) => !Number.isNaN(valueOf(cell))).sort((a, b) => valueOf(a) - valueOf(b));
  const [min, max] = [known[0], known.at(-1)];
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

/** "1,234.5", "1 234", "12.5%" and, where a comma can only be decimal, "12,50". */
function isNumber(cell: string): boolean {
  return /^[-+]?(?:\d{1,3}(?:[,' ]\d{3})+|\d+)(?:\.\d+)?%?$|^[-+]?\d+,\d{1,2}%?$/.test(cell);
}

function numberOf(cell: string): number {
  const decimal = /,\d{1,2}%?$/.test(cell) && !cell.includes('.') ? cell.replace(',', '.') : cell;
  return Number(decimal.replace(/[\s,'%]/g, ''));
}

function isDate(cell: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?.*)?$/.test(cell) ||
    /^\d{1,2}[./]\d{1,2}[./]\d{4}$/.test(cell)
  );
}
