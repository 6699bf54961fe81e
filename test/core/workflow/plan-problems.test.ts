import { describe, expect, it } from '@jest/globals';
import { planProblemsText } from '../../../src/core/workflow/plan-problems.ts';

const plan = { steps: [{ id: 'write', with: { goal: 'x' } }] };

describe('problems as text for the model that wrote the plan', () => {
  it('name the place, the step, what is wrong and what stands there', () => {
    const problems = [
      { pointer: '/steps/0/with/goal', code: 'bad_reference', message: 'no such thing' },
      { pointer: '', code: 'missing', message: 'Empty.' },
    ];
    expect(planProblemsText(problems, plan)).toBe(
      [
        'The plan has 2 problems:',
        '- /steps/0/with/goal (step "write"): [bad_reference] no such thing. It is now "x".',
        '- the whole: [missing] Empty. It is now {"steps":[{"id":"write","with":{"goal":"x"}}]}.',
        'Write the whole plan again with these repaired. Keep everything else as it is.',
      ].join('\n'),
    );
  });

  it('stay short, however many there are', () => {
    const problems = Array.from({ length: 500 }, (_, n) => ({
      pointer: `/steps/${n}`,
      code: 'x',
      message: 'y',
    }));
    const text = planProblemsText(problems);
    expect(text).toContain('and 460 more');
    expect(text.length).toBeLessThan(2000);
  });
});
