/**
 * Cuts what the first message of a conversation is made of to a room of tokens. Pure. The goal, the schema and the rules have to be there; then
 * come the results of the steps before, the files, and what earlier attempts left. What is cut says how to read on.
 */
import type { TurnFile } from '../prompts/turn.ts';
import { textOf } from '../prompts/turn.ts';
import { charactersFor, headOf, shownHead } from './clip.ts';
import { estimateTokens } from './estimate-tokens.ts';
import { type LeftPart, pack, type Part } from './pack.ts';

export interface Fitted<Facts> {
  facts: Facts;
  /** What is cut or not there. */
  left: LeftPart[];
}

export interface Material {
  context?: { dependencies?: Record<string, unknown> };
  files?: TurnFile[];
  earlier?: { said: string }[];
  steps?: { key: string; status: string; output: unknown }[];
}

/** Cut to less than this a text says nothing. */
const leastOfText = 150;
const leastOfFile = 60;

/** @param canRead there is a tool that reads results on */
export function fitFacts<Facts extends Material>(
  facts: Facts,
  {
    room,
    canRead,
    count = estimateTokens,
  }: { room: number; canRead: boolean; count?: (text: string) => number },
): Fitted<Facts> {
  const texts = new Map<string, string>();
  for (const [key, output] of Object.entries(facts.context?.dependencies ?? {}))
    texts.set(`step ${key}`, textOf(output));
  for (const { key, status, output } of facts.steps ?? [])
    if (status === 'completed') texts.set(`result ${key}`, textOf(output));
  for (const file of facts.files ?? [])
    texts.set(`file ${file.id}`, file.passages.map(({ text }) => text).join('\n'));
  (facts.earlier ?? []).forEach(({ said }, n) => texts.set(`attempt ${n + 1}`, said));
  const sizes = new Map([...texts].map(([id, text]) => [id, count(text)]));
  const parts = [...sizes].map(([id, tokens]): Part => partOf(id, tokens));
  const packing = pack(parts, room);
  const granted = new Map(packing.kept.map(({ id, tokens }) => [id, tokens]));
  if (packing.left.length === 0 && packing.kept.every(({ cut }) => !cut)) return { facts, left: [] };
  const characters = (id: string): number => {
    const text = texts.get(id) ?? '';
    return charactersFor(text, { tokens: sizes.get(id) ?? 0, room: granted.get(id) ?? 0 });
  };
  const cutParts = packing.kept.flatMap(({ id, tokens, cut }): LeftPart[] =>
    cut
      ? [
          {
            id,
            tokens: (sizes.get(id) ?? 0) - tokens,
            why: `cut to ${tokens} tokens: its share of the first message`,
          },
        ]
      : [],
  );
  return { facts: cutFacts(facts, characters, canRead), left: [...cutParts, ...packing.left] };
}

function partOf(id: string, tokens: number): Part {
  if (id.startsWith('file ')) return { id, tokens, rank: 2, least: Math.min(tokens, leastOfFile) };
  if (id.startsWith('attempt ')) return { id, tokens, rank: 3, least: Math.min(tokens, leastOfText) };
  return { id, tokens, rank: 1, least: Math.min(tokens, leastOfText) };
}

function cutFacts<Facts extends Material>(
  facts: Facts,
  characters: (id: string) => number,
  canRead: boolean,
): Facts {
  const { context, files, earlier, steps } = facts;
  const dependencies = Object.entries(context?.dependencies ?? {}).map(([key, output]) => {
    const handle = canRead ? `step:${key}` : null;
    return [key, cutOutput(output, characters(`step ${key}`), handle)];
  });
  return {
    ...facts,
    ...(context?.dependencies
      ? { context: { ...context, dependencies: Object.fromEntries(dependencies) } }
      : {}),
    ...(files ? { files: files.map((file) => cutFile(file, characters(`file ${file.id}`))) } : {}),
    ...(earlier
      ? {
          earlier: earlier.map((each, n) => ({
            ...each,
            said: headOf(each.said, characters(`attempt ${n + 1}`)),
          })),
        }
      : {}),
    ...(steps
      ? {
          steps: steps.map((step) =>
            step.status === 'completed'
              ? { ...step, output: cutOutput(step.output, characters(`result ${step.key}`), null) }
              : step,
          ),
        }
      : {}),
  };
}

function cutOutput(output: unknown, characters: number, handle: string | null): unknown {
  const text = textOf(output);
  return text.length <= characters ? output : shownHead(text, characters, handle);
}

/** Whole passages, the last one cut; never none, so that the file's beginning is seen. */
export function cutFile(file: TurnFile, characters: number): TurnFile {
  let free = characters;
  const passages: TurnFile['passages'] = [];
  for (const passage of file.passages) {
    if (free <= 0) break;
    const text = headOf(passage.text, free);
    passages.push({ ...passage, text });
    free -= text.length + 1;
  }
  const before = file.passages.reduce((sum, { text }) => sum + text.length, 0);
  const after = passages.reduce((sum, { text }) => sum + text.length, 0);
  return { ...file, passages, left: file.left + before - after };
}
