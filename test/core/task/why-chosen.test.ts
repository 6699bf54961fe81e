import { describe, expect, test } from '@jest/globals';
import type { AssignmentRecord } from '../../../src/contracts/assignment.ts';
import { notWanted, whyChosen } from '../../../src/core/task/why-chosen.ts';

type Candidate = AssignmentRecord['candidates'][number];

const one = (agentId: string, part: Partial<Candidate> = {}): Candidate => ({
  ...{ agentId, name: agentId, score: 0.5, fit: 1, load: 1, success: 0.75, cost: 0.5, speed: 0.5 },
  ...part,
});
const why = (candidates: Candidate[], filteredOut: AssignmentRecord['filteredOut'] = []) =>
  whyChosen({ agentId: 'ada', reason: '', candidates, filteredOut });

describe('why somebody was chosen, in a few words', () => {
  test('names what she is ahead of all others in, that which tells most', () => {
    const bo = one('bo', { score: 0.4, fit: 0.8 });
    expect(why([one('ada'), bo])).toBe('fits best');
    expect(why([one('ada'), { ...bo, load: 0.5, success: 0.2 }])).toBe('fits best');
    expect(why([one('ada', { cost: 1, speed: 0.9 }), one('bo', { score: 0.4 })])).toBe('cheapest');
  });

  test('claims nothing that another one shares', () => {
    expect(why([one('ada', { success: 0.9 }), one('bo', { score: 0.4, success: 0.9 })])).toBe(
      'best of several',
    );
  });

  test('does not compare figures that an older record lacks', () => {
    const { cost: _, ...old } = one('bo', { score: 0.4 });
    expect(why([one('ada', { cost: 1 }), old])).toBe('best of several');
  });

  test('says that she was asked for, the only one, or that better ones had no free slot', () => {
    expect(why([one('ada')], [{ reason: notWanted, count: 4 }])).toBe('asked for');
    expect(why([one('ada')])).toBe('the only one able');
    expect(why([one('bo', { score: 0.9 }), one('ada')])).toBe('had a free slot');
    expect(why([one('bo')])).toBe('had a free slot');
  });

  test('does not say of a probe that better ones had no free slot', () => {
    const candidates = [one('bo', { score: 0.9 }), one('ada', { success: 0.3 })];
    const record = { agentId: 'ada', reason: '', candidates, filteredOut: [], probe: true };
    expect(whyChosen(record)).toBe('tried after failures');
    expect(whyChosen({ ...record, candidates: [one('ada')] })).toBe('the only one able');
  });

  test('is silent where nobody else was looked at', () => {
    expect(why([])).toBeNull();
  });
});
