import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, test } from '@jest/globals';
import { recordedHistories } from '../support/histories.ts';

interface RecordedEvent {
  eventType: string;
  userMetadata?: { summary?: unknown };
  [attributes: string]: unknown;
}

/** Payloads are base64 of JSON; metadata keys tell them from other objects. */
function decoded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decoded);
  if (typeof value !== 'object' || value === null) return value;
  const { data, metadata } = value as { data?: unknown; metadata?: unknown };
  if (typeof data === 'string' && metadata !== undefined) return JSON.parse(Buffer.from(data, 'base64').toString() || 'null');
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, decoded(inner)]));
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

async function eventsOf(name: string): Promise<RecordedEvent[]> {
  const path = (await recordedHistories()).find((each) => basename(each) === `${name}.json`) ?? '';
  return (decoded(JSON.parse(await readFile(path, 'utf8'))) as { events: RecordedEvent[] }).events;
}

const names = (await recordedHistories()).map((path) => basename(path, '.json'));

test.each(names)('%s holds no text beyond labels: no goal, prompt, answer, definition or file', async (name) => {
  const texts = textsIn(await eventsOf(name));
  expect(texts.length).toBeGreaterThan(10);
  expect(texts.filter((text) => text.length > 500)).toEqual([]);
  // Words of the scripted answers, of prompts and of definitions.
  expect(texts.filter((text) => /that the team can act on|Master Operator in a team|dependsOn|<material/.test(text))).toEqual([]);
});

test('a person reads goal, step, agent, state and cost from the history of a run and its task', async () => {
  const run = await eventsOf('runWorkflow-completed');
  const children = run.filter((event) => event.eventType === 'EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED');
  expect(children.length).toBeGreaterThan(0);
  for (const child of children) expect(child.userMetadata?.summary).toMatch(/^Step \S+: \S/);
  const task = await eventsOf('runTask-completed');
  expect(task[0]?.userMetadata?.summary).toMatch(/\S/);
  const activities = task.filter((event) => event.eventType === 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED');
  for (const activity of activities) expect(activity.userMetadata?.summary).toMatch(/\(turn \d+\)$/);
  const said = JSON.stringify(task);
  for (const word of ['AdjutantStatus', 'AdjutantAgent', 'AdjutantWorkspace', 'AdjutantRootTask', 'Cost so far', 'attempt 1']) {
    expect(said).toContain(word);
  }
});
