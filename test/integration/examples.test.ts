import { readFile, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { addFiles } from '../../src/commands/add-files.ts';
import { createAgent } from '../../src/commands/create-agent.ts';
import { decideApproval } from '../../src/commands/decide-approval.ts';
import { sendMessage } from '../../src/commands/send-message.ts';
import { stageFiles } from '../../src/commands/stage-files.ts';
import { startRun } from '../../src/commands/start-run.ts';
import { AgentSpec } from '../../src/contracts/agent.ts';
import { SendMessage } from '../../src/contracts/message.ts';
import { checkDefinition } from '../../src/core/workflow/validate-definition.ts';
import type { Tx } from '../../src/db/record.ts';
import { readWorkflowWorld } from '../../src/db/workflow-world.ts';
import { insertWorkflow } from '../../src/db/workflow-store.ts';
import { createFileStorage } from '../../src/files/storage.ts';
import { calculate } from '../../src/tools/calculate.ts';
import { createToolsOf, recordTools } from '../../src/tools/registry.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';
import { waitFor } from '../support/wait-for.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = new URL('../../examples/', import.meta.url);
const tools = [...recordTools, calculate];

let house: ScriptedHouse;
let files: string[];
const desk = <Result>(work: (tx: Tx) => Promise<Result>) => house.db.inWorkspace(house.scope, work);

beforeAll(async () => {
  house = await openScriptedHouse({ toolsOf: createToolsOf(tools) });
  const capabilities = ['research', 'analysis', 'writing', 'review'].map((name) => ({ name, level: 5 }));
  const ann = AgentSpec.parse({ name: 'Ann', role: 'master_operator', capabilities });
  await desk((tx) => createAgent(tx, house.caller, ann));
  files = await upload({ 'one.md': '# One\n\nThe roof leaks.', 'two.md': '# Two\n\nThe wages rise.' });
}, 120_000);

async function upload(texts: Record<string, string>): Promise<string[]> {
  const from = await temporaryFolder('examples');
  const received = await Promise.all(
    Object.entries(texts).map(async ([name, text]) => {
      const path = join(from, name);
      await writeFile(path, text);
      return { path, name };
    }),
  );
  const staged = await stageFiles(createFileStorage(house.filesDir), received);
  return (await desk((tx) => addFiles(tx, house.caller, staged))).map(({ id }) => id);
}

/** Saves it as the API does. @returns its id */
async function save(text: string): Promise<string> {
  return desk(async (tx) => {
    const { definition, problems } = checkDefinition(
      text,
      await readWorkflowWorld(
        tx,
        tools.map(({ name }) => name),
      ),
    );
    if (!definition || problems.length > 0) throw new Error(JSON.stringify(problems));
    return (await insertWorkflow(tx, { definition, origin: 'person' })).id;
  });
}

/** A person who agrees to everything and answers every question. */
async function attend(runId: string): Promise<void> {
  const asked = await house.rows<{ id: string }>(
    `SELECT id FROM approvals WHERE run_id = $1 AND status = 'requested'`,
    runId,
  );
  for (const { id: approvalId } of asked)
    await desk((tx) =>
      decideApproval(tx, house.caller, {
        decision: { approvalId, status: 'approved' },
        toolsOf: async () => [],
      }),
    );
  const questions = await house.rows<{ id: string }>(
    `SELECT id FROM messages WHERE run_id = $1 AND to_kind = 'person' AND answered_by IS NULL AND state NOT IN ('expired', 'withdrawn')`,
    runId,
  );
  for (const { id } of questions)
    await desk((tx) =>
      sendMessage(tx, house.caller, SendMessage.parse({ replyTo: id, content: { text: 'On Monday.' } })),
    );
}

const text = expect.stringMatching(/\S/);
const written = expect.objectContaining({ markdown: text });

/** What each is given and what comes out. */
const examples: Record<string, { inputs: () => Record<string, unknown>; output: unknown }> = {
  'approved-letter.yaml': { inputs: () => ({ to: 'Ann', about: 'rain' }), output: written },
  'board-memo.yaml': { inputs: () => ({ goal: 'Risks of the year', files }), output: written },
  'follow-up.yaml': { inputs: () => ({ person: 'Ann', files }), output: written },
  'interview.yaml': {
    inputs: () => ({ topic: 'the new bridge', questions: ['When does it open?', 'Who pays?'] }),
    output: written,
  },
  'offer.yaml': {
    inputs: () => ({
      limit: 20,
      items: [
        { price: 2.5, count: 2 },
        { price: 9, count: 3 },
      ],
    }),
    output: { total: '32', approved: true, note: '' },
  },
  'price-check.json': {
    inputs: () => ({
      limit: 10,
      items: [
        { price: 2.5, count: 2 },
        { price: 9, count: 3 },
      ],
    }),
    output: {
      lines: [
        { total: 5, large: false },
        { total: 27, large: true },
      ],
      large: [{ total: 27, large: true }],
    },
  },
  'regions.yaml': {
    inputs: () => ({ topic: 'rye', regions: ['Hesse', 'Saxony', 'Bavaria', 'Baden'] }),
    output: text,
  },
  // The scripted model answers the research with no JSON: what comes out is of the new plan.
  'rescue.json': { inputs: () => ({ topic: 'rye' }), output: text },
  'signed-off-memo.yaml': {
    inputs: () => ({ topic: 'rain' }),
    output: { markdown: text, signedOff: true },
  },
  'two-opinions.yaml': { inputs: () => ({ question: 'Is rye healthy?' }), output: written },
};

describe('the example workflows', () => {
  test('are ten, and each has its test', () => {
    const there = readdirSync(folder).filter((name) => /\.(ya?ml|json)$/.test(name));
    expect(there.sort()).toEqual(Object.keys(examples).sort());
    expect(there).toHaveLength(10);
  });

  test.each(Object.keys(examples))(
    '%s runs to its end, with people who agree and answer',
    async (name) => {
      const { inputs, output } = examples[name] ?? { inputs: () => ({}), output: null };
      let definition = await readFile(new URL(name, folder), 'utf8');
      if (name === 'follow-up.yaml') {
        const memo = await save(await readFile(new URL('board-memo.yaml', folder), 'utf8'));
        definition = definition.replace('workflowId: board-memo', `workflowId: ${memo}`);
      }
      const workflowId = await save(definition);
      const { id: runId } = await desk((tx) => startRun(tx, house.caller, { workflowId, inputs: inputs() }));
      const run = await waitFor(
        async () => {
          await attend(runId);
          const [row] = await house.rows<{ status: string; output: unknown; error: unknown }>(
            'SELECT status, output, error FROM runs WHERE id = $1',
            runId,
          );
          if (row?.status !== 'completed') throw new Error(JSON.stringify(row));
          return row;
        },
        { what: `${name} to be completed`, timeoutMs: 60_000, everyMs: 100 },
      );
      expect(run.output).toEqual(output);
    },
    90_000,
  );

  test('an offer that nobody agrees to in time says so', async () => {
    const definition = (await readFile(new URL('offer.yaml', folder), 'utf8')).replace('PT4H', 'PT1S');
    const workflowId = await save(definition);
    const inputs = { limit: 1, items: [{ price: 1.25, count: 2 }] };
    const { id } = await desk((tx) => startRun(tx, house.caller, { workflowId, inputs }));
    const { output } = await house.reaches('runs', id, ['completed']);
    expect(output).toEqual({ total: '2.5', approved: false, note: 'Not approved: expired' });
  }, 60_000);

  test('a region that fails does not keep the others from the report', async () => {
    house.answer((call) =>
      call.text.includes('in Saxony') && !call.outputSchema && !call.text.includes('half a page')
        ? { stop: 'refused', text: '' }
        : null,
    );
    const workflowId = await save(
      (await readFile(new URL('regions.yaml', folder), 'utf8')).replace('PT5S', 'PT1S'),
    );
    const inputs = { topic: 'rye', regions: ['Hesse', 'Saxony'] };
    const { id } = await desk((tx) => startRun(tx, house.caller, { workflowId, inputs }));
    await house.reaches('runs', id, ['completed'], 60_000);
    house.answer(() => null);
    const steps = await house.rows(
      'SELECT key, status FROM steps WHERE run_id = $1 AND index IS NOT NULL ORDER BY key',
      id,
    );
    expect(steps).toEqual([
      { key: 'region[0]', status: 'completed' },
      { key: 'region[1]', status: 'failed' },
    ]);
  }, 90_000);
});
