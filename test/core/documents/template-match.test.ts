import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { chooseTemplate, templatePrompts } from '../../../src/core/documents/template-match.ts';
import { templateLabels } from '../../../src/core/documents/template-kinds.ts';

interface Goal {
  goal: string;
  fits: string | null;
  scores: number[][];
}
// What SmolLM2-135M-Instruct (Q4_1) answered. `tuned`: looked at while the words and thresholds were set; `held`: not.
const recorded = JSON.parse(
  readFileSync(new URL('./recorded/goals.json', import.meta.url), 'utf8'),
) as Record<'tuned' | 'held', Goal[]>;

const templates = [
  {
    id: 'risks',
    name: 'Board memo of risks',
    description:
      'Reads documents and writes a one-page memo for the board: the biggest risks, dangers, problems, threats and obligations, each with its source.',
  },
  {
    id: 'highlights',
    name: 'Highlights brief',
    description:
      'Reads documents and writes a short brief of the good news: achievements, wins, growth, progress, strengths and opportunities, each with its source.',
  },
  {
    id: 'summary',
    name: 'Summary of documents',
    description:
      'Reads documents and summarises what they say: the main points, facts and decisions, each with its source.',
  },
];

function choose(goal: string, scores: number[][] = []) {
  return chooseTemplate({ goal, templates, scores, files: 3 });
}

test('the sample goal chooses the memo of risks, with the model’s opinion and without it', () => {
  const goal = 'Write a one-page memo for the board: the three biggest risks, each with its source.';
  expect(choose(goal, recorded.tuned.find((entry) => entry.goal === goal)?.scores).workflowId).toBe('risks');
  expect(choose(goal).workflowId).toBe('risks');
});

test.each(recorded.tuned)('"$goal" fits $fits', ({ goal, fits, scores }) => {
  expect(choose(goal, scores).workflowId).toBe(fits);
});

test('of twenty goals that nothing was set by, nineteen are judged right and none gets a wrong template', () => {
  const judged = recorded.held.map(({ goal, fits, scores }) => ({
    right: choose(goal, scores).workflowId === fits,
    chosen: choose(goal, scores).workflowId,
  }));
  expect(judged.filter(({ right }) => right)).toHaveLength(19);
  expect(judged.filter(({ right, chosen }) => !right && chosen !== null)).toEqual([]);
});

test('the model alone would be wrong for a quarter of the goals, which is why words decide', () => {
  const kinds = ['risks', 'highlights', 'summary', null];
  const alone = recorded.tuned.filter(
    ({ fits, scores }) => kinds[scores[0]?.indexOf(Math.max(...(scores[0] ?? []))) ?? 3] === fits,
  );
  expect(alone.length / recorded.tuned.length).toBeLessThan(0.85);
});

test('a template of a person’s own is chosen by the words that only it has', () => {
  const own = {
    id: 'own',
    name: 'Supplier comparison',
    description: 'Compares the offers of suppliers in a table.',
  };
  const choice = chooseTemplate({
    goal: 'Compare the suppliers in these offers',
    templates: [...templates, own],
    scores: [],
    files: 2,
  });
  expect(choice.workflowId).toBe('own');
});

test('a template that needs documents does not fit a goal without any, and the reason says so', () => {
  const choice = chooseTemplate({ goal: 'List the biggest risks', templates, scores: [], files: 0 });
  expect(choice.workflowId).toBeNull();
  expect(choice.reason).toMatch(/needs documents/);
});

test('without templates nothing fits', () => {
  expect(chooseTemplate({ goal: 'List the risks', templates: [], scores: [] })).toMatchObject({
    workflowId: null,
    fits: [],
  });
});

test('the labels differ in their first letter run, and goals are put on one line', () => {
  expect(new Set(templateLabels.map((label) => label.split(' ')[0])).size).toBe(templateLabels.length);
  const [prompt] = templatePrompts('List\n\nthe risks').prompts;
  expect(prompt?.endsWith('Goal: List the risks\nKind of job:')).toBe(true);
});
