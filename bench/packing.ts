/**
 * Packing a conversation of 200,000 tokens: what the claim of a model call does between loading it and sending it. Without the database.
 *
 * npm run bench packing -- [--tokens 200000] [--times 40]
 *
 * fits: everything stays, the usual turn. falls out: half of it goes, and is summarised without a model. Estimated: all texts are estimated anew,
 * which is done once for each entry, when it is written. With a tokenizer: its counts are kept by the hash of each entry (warm); a process that
 * has not seen the conversation yet counts all of it (cold), and the first one loads the tokenizer.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { packConversation } from '../src/core/context/conversation.ts';
import { tokensOfContent } from '../src/core/context/messages.ts';
import { extractSummary } from '../src/core/context/summary.ts';
import type { ConversationEntry } from '../src/db/context/conversation.ts';
import { countedBy } from '../src/db/context/count.ts';
import { hashOfRange, messagesFrom } from '../src/db/context/sent.ts';
import { counterOf } from '../src/models/token-counter.ts';
import { heading, showSpread, spreadOf, table } from './support/figures.ts';

const { values } = parseArgs({
  options: { tokens: { type: 'string', default: '200000' }, times: { type: 'string', default: '40' } },
});
const goalMs = 50;

const words =
  'the supplier offers 1,200 units at 3.40 each, delivery in week 12, and a discount of 2 % from the second order on; ';

/** Real text: a tokenizer remembers words, and would be quick with ever the same. */
const docs = new URL('../docs/', import.meta.url);
const material = readdirSync(docs)
  .filter((name) => name.endsWith('.md'))
  .map((name) => readFileSync(new URL(name, docs), 'utf8'))
  .join('\n');
const perResult = 450;
const part = (n: number) => {
  const from = (n * perResult) % (material.length - perResult);
  return material.slice(from, from + perResult);
};

function conversation(tokens: number): ConversationEntry[] {
  const lines: ConversationEntry[] = [];
  let sum = 0;
  const add = (role: ConversationEntry['role'], content: Record<string, unknown>) => {
    const line = { seq: lines.length + 1, role, content, hash: `hash-${lines.length}`.padEnd(64, '0') };
    lines.push({ ...line, tokens: tokensOfContent(content) });
    sum += lines.at(-1)?.tokens ?? 0;
  };
  add('user', { text: `# Task\n\nCompare the offers. ${words.repeat(40)}` });
  for (let n = 0; sum < tokens; n += 1) {
    const call = { id: `call_${n}`, name: 'search_files', arguments: `{"query":"offer ${n}"}` };
    add('assistant', { text: `Looking at offer ${n}. ${words}`, toolCalls: [call] });
    add('tool', { callId: call.id, name: call.name, text: part(n), isError: false });
  }
  return lines;
}

function packed(lines: ConversationEntry[], room: number): void {
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
const room = Math.floor(all * 0.9);

const before = process.memoryUsage().rss;
const loadedAt = performance.now();
const counter = await counterOf({ tokenizer: 'o200k_base' });
counter.count('');
const loadMs = performance.now() - loadedAt;
const loadBytes = process.memoryUsage().rss - before;

const counted = (entries: ConversationEntry[]) => countedBy(counter, { entries, summary: null }).entries;
/** As if this process had never seen these texts. */
let unseen = 0;
const cold = () => {
  unseen += 1;
  return counted(lines.map((line) => ({ ...line, hash: `${unseen}-${line.hash}` })));
};
const firstAt = performance.now();
const exact = counted(lines).reduce((sum, { tokens }) => sum + tokens, 0);
const firstMs = performance.now() - firstAt;

const spreads = [
  ['fits', measure(() => packed(lines, all + 10_000))],
  ['falls out', measure(() => packed(lines, room))],
  [
    'estimated anew, falls out',
    measure(() =>
      packed(
        lines.map((line) => ({ ...line, tokens: tokensOfContent(line.content) })),
        room,
      ),
    ),
  ],
  ['with a tokenizer, warm, falls out', measure(() => packed(counted(lines), Math.floor(exact * 0.9)))],
] as const;
const coldSpread = spreadOf(measure(() => packed(cold(), Math.floor(exact * 0.9))));
table(
  ['', 'milliseconds', 'goal'],
  [
    ...spreads.map(([name, times]) => [name, showSpread(spreadOf(times)), `≤ ${goalMs}`]),
    ['with a tokenizer, cold, falls out', showSpread(coldSpread), ''],
    ['the first count of a process', firstMs.toFixed(0), ''],
    [`loading ${counter.name}, ${Math.round(loadBytes / 2 ** 20)} MB`, loadMs.toFixed(0), ''],
  ],
);
console.log(`${lines.length} entries, ${all} tokens as estimated, ${exact} as counted with ${counter.name}`);
if (spreads.some(([, times]) => spreadOf(times).median > goalMs)) process.exitCode = 1;
