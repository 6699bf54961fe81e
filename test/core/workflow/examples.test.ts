import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parseDefinition } from '../../../src/core/workflow/parse-definition.ts';
import { workflowJsonSchema } from '../../../src/core/workflow/json-schema.ts';
import { nextSteps } from '../../../src/core/workflow/next-steps.ts';
import { isRunning, type StepRow } from '../../../src/core/workflow/step-rows.ts';
import { toStrictForm } from '../../../src/core/workflow/strict-form.ts';
import { checkDefinition } from '../../../src/core/workflow/validate-definition.ts';

const folder = new URL('../../../examples/', import.meta.url);
const files = readdirSync(folder).filter((file) => /\.(ya?ml|json)$/.test(file));
const textOf = (file: string) => readFileSync(new URL(file, folder), 'utf8');

const capabilities = ['research', 'analysis', 'writing', 'review'].map((name) => ({ name, level: 5 }));
const world = {
  agents: [{ id: 'agt_1', capabilities }],
  tools: ['send_message', 'calculate'],
  workflows: [{ id: 'board-memo', versions: [1] }],
  hasChiefOfStaff: true,
  deciders: 2,
};
const matches: ValidateFunction = new Ajv2020({ strict: true }).compile(workflowJsonSchema);

describe.each(files)('examples/%s', (file) => {
  it('has no problems', () => {
    expect(checkDefinition(textOf(file), world).problems).toEqual([]);
  });

  it('can be written in the form of the published schema, and means the same', () => {
    const { definition } = parseDefinition(textOf(file));
    const written = toStrictForm(definition!);
    expect([matches(written), matches.errors]).toEqual([true, null]);
    const again = parseDefinition(JSON.stringify(written)).definition;
    expect(toStrictForm(again!)).toEqual(written);
    expect(checkDefinition(written, world).problems).toEqual([]);
  });

  it('runs to its end when every step answers', () => {
    const { definition } = parseDefinition(textOf(file));
    const inputs = {
      goal: 'g',
      files: ['fil_1', 'fil_2'],
      question: 'q',
      limit: 10,
      items: [
        { price: 2.5, count: 2 },
        { price: 9, count: 3 },
      ],
      to: 'Ann',
      about: 'rain',
      person: 'Bob',
      workflow: 'w',
      topic: 't',
      regions: ['north', 'south'],
      questions: ['when', 'where'],
    };
    const rows = new Map<string, StepRow>();
    const control = { cancelRequested: false, paused: false };
    for (let turn = 0; turn < 20; turn += 1) {
      const answer = nextSteps({
        definition: definition!,
        inputs,
        rows: [...rows.values()],
        now: 0,
        control,
      });
      if (answer.end !== null) {
        expect(answer.end.status).toBe('completed');
        return;
      }
      const output = { facts: ['f'], markdown: '26.5' };
      for (const { key, stepId, index } of answer.start) {
        rows.set(key, { key, stepId, index, status: 'completed', output, attempts: 1, dueAt: null });
      }
      for (const settled of answer.settle) {
        rows.set(settled.key, { attempts: 0, dueAt: null, ...settled } as StepRow);
      }
      expect([...rows.values()].some((row) => isRunning(row.status))).toBe(false);
    }
    throw new Error('it never ended');
  });
});
