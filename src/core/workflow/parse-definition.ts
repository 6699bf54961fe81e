/**
 * Reads a workflow definition from a JSON value, or from JSON or YAML text.
 *
 * 1. Never throws; every problem at once, with a JSON Pointer into what was given.
 * 2. Text and values that could exhaust memory or the stack are refused before anything walks them.
 */
import { type Document, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type * as z from 'zod';
import { jsonTextKeys, toRecord, WorkflowDefinition, workflowLimits } from '../../contracts/workflow.ts';
import type { Problem } from '../../errors.ts';
import { inSource, problemAt, uniqueProblems } from './problem-at.ts';

export type ParsedDefinition =
  | { definition: WorkflowDefinition; problems: [] }
  | { definition: null; problems: Problem[] };

export function parseDefinition(source: unknown): ParsedDefinition {
  const read = readSource(source);
  if (read.problems.length > 0) return { definition: null, problems: read.problems };
  const result = WorkflowDefinition.safeParse(read.value);
  if (result.success) return { definition: result.data, problems: [] };
  return {
    definition: null,
    problems: schemaProblems(result.error).map((problem) => inSource(read.value, problem)),
  };
}

interface Source {
  value: unknown;
  problems: Problem[];
}

/** The JSON value that a text stands for; an object or list is itself. `$schema`, which editors like, is dropped. */
export function readSource(source: unknown): Source {
  const read = typeof source === 'string' ? readText(source) : { value: source, problems: [] };
  if (read.problems.length > 0) return read;
  const shape = shapeProblem(read.value);
  if (shape !== null) return { value: null, problems: [shape] };
  return { value: withoutSchemaKey(read.value), problems: [] };
}

function readText(text: string): Source {
  if (text.length > workflowLimits.text) {
    return failed('too_long', `The text is longer than ${workflowLimits.text} characters.`);
  }
  const bare = withoutFence(text);
  try {
    return { value: JSON.parse(bare) as unknown, problems: [] };
  } catch (error) {
    if (bare.length <= mostYaml) return readYaml(bare);
    const message = `A text of more than ${mostYaml} characters has to be JSON: ${firstLine(error)}`;
    return failed('too_long', message);
  }
}

/** Models like to put what they write between ``` lines. */
function withoutFence(text: string): string {
  return /^\s*```[a-z]*\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? text;
}

// JSON that is broken is read as YAML too: YAML contains JSON, and its messages name line and column.
function readYaml(text: string): Source {
  if (tooManyBrackets(text)) return failed('too_deep', tooDeep);
  try {
    const lineCounter = new LineCounter();
    const document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      customTags: [],
      strict: true,
      // The reader compares each key with all before it: a minute for 100,000 of them.
      uniqueKeys: false,
      lineCounter,
    });
    const faults = [...document.errors, ...document.warnings];
    if (faults.some(({ message }) => message.includes('call stack'))) return failed('too_deep', tooDeep);
    const messages = [...faults.map(firstLine), ...doubleKeys(document, lineCounter)];
    if (messages.length > 0) return { value: null, problems: messages.slice(0, 20).map(textProblem) };
    return { value: document.toJS({ maxAliasCount: 100 }) as unknown, problems: [] };
  } catch (error) {
    return failed(
      'syntax',
      error instanceof RangeError ? tooDeep : `The text cannot be read: ${firstLine(error)}`,
    );
  }
}

function doubleKeys(document: Document.Parsed, places: LineCounter): string[] {
  const found: string[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const { line, col } = places.linePos(key.range?.[0] ?? 0);
        if (seen.has(key.value)) found.push(`Map keys must be unique at line ${line}, column ${col}`);
        seen.add(key.value);
      }
    },
  });
  return found;
}

function textProblem(message: string): Problem {
  return { pointer: '', code: 'syntax', message: `The text is neither JSON nor YAML: ${message}` };
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]?.replace(/:$/, '') ?? '';
}

function failed(code: string, message: string): Source {
  return { value: null, problems: [{ pointer: '', code, message }] };
}

/** It is read a hundred times slower than JSON. */
const mostYaml = 500_000;

const tooDeep = `Brackets are nested deeper than ${workflowLimits.jsonDepth}.`;

// The YAML reader recurses; 10,000 open brackets would take its stack (and seconds).
function tooManyBrackets(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
    if (depth > workflowLimits.jsonDepth * 4) return true;
  }
  return false;
}

/** Walks without recursion, and counts: aliases of YAML can make a small text a huge tree. JSON text in it is walked as what it says. */
function shapeProblem(root: unknown): Problem | null {
  const stack: { value: unknown; path: readonly string[] }[] = [{ value: root, path: [] }];
  for (let nodes = 1; ; nodes += 1) {
    const next = stack.pop();
    if (next === undefined) return null;
    const { value, path } = next;
    if (path.length > workflowLimits.jsonDepth) return problemAt([], 'too_deep', tooDeep);
    if (nodes > maxNodes) return problemAt([], 'too_long', `More than ${maxNodes} values.`);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      return problemAt(path, 'invalid_type', 'JSON has no such number.');
    }
    const inside = jsonTextKeys.has(path.at(-1) ?? '') ? toRecord(value) : value;
    if (typeof inside !== 'object' || inside === null) continue;
    // Left out without a word by what reads it next.
    if (Object.hasOwn(inside, '__proto__'))
      return inSource(
        root,
        problemAt([...path, '__proto__'], 'reserved_name', 'Nothing can be called this.'),
      );
    for (const [key, child] of Object.entries(inside)) stack.push({ value: child, path: [...path, key] });
  }
}
const maxNodes = 500_000;

function withoutSchemaKey(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !('$schema' in value))
    return value;
  const { $schema: _, ...rest } = value;
  return rest;
}

export function schemaProblems(error: z.ZodError, base: readonly PropertyKey[] = []): Problem[] {
  return uniqueProblems(error.issues.flatMap((issue) => issueProblems(issue, base)));
}

function issueProblems(issue: z.core.$ZodIssue, base: readonly PropertyKey[]): Problem[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => problemAt([...path, key], 'unknown_key', `There is no "${key}" here.`));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const closest = issue.errors.toSorted((left, right) => depthOf(right) - depthOf(left))[0] ?? [];
    return depthOf(closest) > 0
      ? closest.flatMap((inner) => issueProblems(inner, path))
      : [
          problemAt(
            path,
            'invalid_type',
            issue.errors
              .flat()
              .map((inner) => inner.message)
              .join(', or: '),
          ),
        ];
  }
  if (issue.code === 'invalid_key') {
    return [problemAt(path, 'invalid_name', issue.issues.map(({ message }) => message).join('; '))];
  }
  return [problemAt(path, issue.code, issue.message)];
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length));
}
