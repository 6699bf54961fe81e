/** Runs the examples of a guide: an `http` fence is sent, and the `json` fence behind it must be part of its answer. */
import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import type { RunningApi } from '../api/support/running-api.ts';
import { waitFor } from './wait-for.ts';

/** Words behind `http`: `wait` asks until the answer fits, `status=409` expects it, `keep=name:path` remembers a part of the answer. */
interface Example {
  words: string[];
  method: string;
  path: string;
  body: string | null;
  expected: object | null;
}

function examplesOf(page: string): Example[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  const fences = [...text.matchAll(/```(http|json)([^\n]*)\n([\s\S]*?)```/g)];
  return fences.flatMap(([, kind, words = '', content = ''], i) => {
    if (kind !== 'http') return [];
    const [line = '', ...rest] = content.trim().split('\n');
    const [method = '', ...path] = line.split(' ');
    const next = fences[i + 1];
    const expected = next?.[1] === 'json' ? (JSON.parse(next[3] ?? '') as object) : null;
    const body = rest.join('\n').trim() || null;
    return [{ words: words.trim().split(/\s+/), method, path: path.join(' '), body, expected }];
  });
}

/** @param known what `{name}` stands for; what examples keep is added. @returns how many examples there were */
export async function runGuide(page: string, api: RunningApi, known: Map<string, string>): Promise<number> {
  const examples = examplesOf(page);
  for (const example of examples) await runExample(example, api, known);
  return examples.length;
}

async function runExample(example: Example, api: RunningApi, known: Map<string, string>): Promise<void> {
  let answer = await send(example, api, known);
  const fits = () => {
    expect(answer.body).toMatchObject(example.expected ?? {});
    return true;
  };
  if (example.words.includes('wait'))
    await waitFor(
      async () => {
        answer = await send(example, api, known);
        return fits();
      },
      { what: `${example.method} ${example.path}`, timeoutMs: 45_000 },
    );
  const status = Number(example.words.find((word) => word.startsWith('status='))?.slice(7) ?? 0);
  expect([example.path, answer.body, status ? answer.status === status : answer.status < 300]).toEqual([
    example.path,
    answer.body,
    true,
  ]);
  fits();
  keep(example, answer.body, known);
}

function send({ method, path, body }: Example, api: RunningApi, known: Map<string, string>) {
  const filled = (text: string) => text.replace(/\{(\w+)\}/g, (all, name: string) => known.get(name) ?? all);
  const [address = '', query] = filled(path)
    .replace('/api/v2/', '')
    .split(/\?(.*)/s);
  const search = query
    ? `?${query.replace(/=(.*)/s, (_, value: string) => `=${encodeURIComponent(value)}`)}`
    : '';
  return api.ask(method, address + search, body ? { body: JSON.parse(filled(body)) } : {});
}

function keep(example: Example, answer: unknown, known: Map<string, string>): void {
  const word = example.words.find((each) => each.startsWith('keep='));
  if (!word) return;
  const [name = '', path = 'id'] = word.slice(5).split(':');
  const value = path.split('.').reduce((at: unknown, key) => (at as Record<string, unknown>)[key], answer);
  known.set(name, String(value));
}
