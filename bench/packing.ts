/**
 * Packing a conversation of 200,000 tokens: what the claim of a model call does between loading it and sending it. Without the database.
 *
 * npm run bench packing -- [--tokens 200000] [--times 40]
 *
 * fits: everything stays, the usual turn. falls out: half of it goes, and is summarised without a model. counted: all texts are estimated anew,
 * which is done once for each entry, when it is written.
 */
import { parseArgs } from 'node:util';
import { packConversation } from '../src/core/context/conversation.ts';
import { type ShownMessage, tokensOfContent } from '../src/core/context/messages.ts';
import { extractSummary } from '../src/core/context/summary.ts';
import { hashOfRange, messagesFrom } from '../src/db/context/sent.ts';
import { heading, showSpread, spreadOf, table } from './support/figures.ts';

const { values } = parseArgs({
  options: { tokens: { type: 'string', default: '200000' }, times: { type: 'string', default: '40' } },
});
const goalMs = 50;

const words =
  'the supplier offers 1,200 units at 3.40 each, delivery in week 12, and a discount of 2 % from the second order on; ';

interface Line {
  seq: number;
  role: ShownMessage['role'];
  content: Record<string, unknown>;
  hash: string;
  tokens: number;
}

function conversation(tokens: number): Line[] {
  const lines: Line[] = [];
  let sum = 0;
  const add = (role: Line['role'], content: Record<string, unknown>) => {
    const line = { seq: lines.length + 1, role, content, hash: `hash-${lines.length}`.padEnd(64, '0') };
    lines.push({ ...line, tokens: tokensOfContent(content) });
    sum += lines.at(-1)?.tokens ?? 0;
  };
  add('user', { text: `# Task\n\nCompare the offers. ${words.repeat(40)}` });
  for (let n = 0; sum < tokens; n += 1) {
    const call = { id: `call_${n}`, name: 'search_files', arguments: `{"query":"offer ${n}"}` };
    add('assistant', { text: `Looking at offer ${n}. ${words}`, toolCalls: [call] });
    add('tool', { callId: call.id, name: call.name, text: words.repeat(4), isError: false });
  }
  return lines;
}

function packed(lines: Line[], room: number): void {
  const frame = [{ id: 'system', tokens: 800 }];
  const packing = packConversation({ room, frame, entries: lines, summary: null });
  if (!packing.fits) throw new Error('It does not fit.');
  const gone = packing.fallen;
  if (gone) {
    const lost = lines.filter(({ seq }) => seq >= gone.from && seq <= gone.to);
    extractSummary(lost, { earlier: null, characters: 4_000 });
  }
  const sent = packing.ranges.map(({ from, to }) => ({
    from,
    to,
    hash: hashOfRange(lines.slice(from - 1, to)),
  }));
  messagesFrom(sent, lines, new Map());
}

function measure(work: () => void): number[] {
  for (let n = 0; n < 3; n += 1) work();
  return Array.from({ length: Number(values.times) }, () => {
    const from = performance.now();
    work();
    return performance.now() - from;
  });
}

heading(`Packing ${values.tokens} tokens`);
const lines = conversation(Number(values.tokens));
const all = lines.reduce((sum, { tokens }) => sum + tokens, 0);
const spreads = [
  ['fits', spreadOf(measure(() => packed(lines, all + 10_000)))],
  ['falls out', spreadOf(measure(() => packed(lines, Math.floor(all * 0.9))))],
  [
    'counted and falls out',
    spreadOf(
      measure(() =>
        packed(
          lines.map((line) => ({ ...line, tokens: tokensOfContent(line.content) })),
          Math.floor(all * 0.9),
        ),
      ),
    ),
  ],
] as const;
table(
  ['', 'milliseconds', 'goal'],
  spreads.map(([name, spread]) => [name, showSpread(spread), `≤ ${goalMs}`]),
);
console.log(`${lines.length} entries, ${all} tokens as estimated`);
if (spreads.some(([, { median }]) => median > goalMs)) process.exitCode = 1;
