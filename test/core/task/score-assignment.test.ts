import { describe, expect, test } from '@jest/globals';
import { defaultWeights } from '../../../src/contracts/assignment.ts';
import {
  assignmentReason,
  type Candidate,
  type Experience,
  fading,
  halfLifeDays,
  luckModulus,
  middlingMicroUsd,
  middlingMs,
  type Occasion,
  saltOf,
  scoreCandidate,
} from '../../../src/core/task/score-assignment.ts';

const now = 1_800_000_000;
const day = 86_400;
const occasion: Occasion = { needs: [{ level: 3 }], weights: defaultWeights, now, salt: 1 };
const known = (changes: Partial<Experience> = {}): Experience => ({
  level: 3,
  good: 0,
  bad: 0,
  microUsd: null,
  ms: null,
  asOf: now,
  ...changes,
});
const agent = (experience: Partial<Experience> = {}, changes: Partial<Candidate> = {}): Candidate => ({
  active: 0,
  maxConcurrent: 4,
  salt: 0,
  experience: [known(experience)],
  ...changes,
});
const scoreOf = (candidate: Candidate, changes: Partial<Occasion> = {}) =>
  scoreCandidate(candidate, { ...occasion, ...changes }).score;

describe('who should do it', () => {
  test('who just meets the need comes before the expert', () => {
    expect(scoreOf(agent({ level: 3 }))).toBeGreaterThan(scoreOf(agent({ level: 5 })));
  });

  test('who has more free slots comes before the busy one', () => {
    expect(scoreOf(agent())).toBeGreaterThan(scoreOf(agent({}, { active: 3 })));
  });

  test('who succeeded before comes before who failed, and a new one stands between', () => {
    const [proven, fresh, failing] = [agent({ good: 20 }), agent(), agent({ bad: 5 })].map((each) =>
      scoreOf(each),
    );
    expect(proven).toBeGreaterThan(fresh ?? 1);
    expect(fresh).toBeGreaterThan(failing ?? 1);
  });

  test('what happened a half-life ago counts half, and after years nothing', () => {
    expect(fading(halfLifeDays * day)).toBeCloseTo(0.5, 10);
    const old = agent({ bad: 10, asOf: now - halfLifeDays * day });
    expect(scoreOf(old)).toBeCloseTo(scoreOf(agent({ bad: 5 })), 10);
    const ancient = agent({ bad: 10, asOf: 0 });
    expect(scoreOf(ancient)).toBeCloseTo(scoreOf(agent()), 10);
    expect(fading(-day)).toBe(1);
  });

  test('who is cheaper and quicker comes first; who is not known stands in the middle', () => {
    for (const figure of ['microUsd', 'ms'] as const) {
      const middling = figure === 'ms' ? middlingMs : middlingMicroUsd;
      expect(scoreOf(agent({ [figure]: 1 }))).toBeGreaterThan(scoreOf(agent({ [figure]: middling * 3 })));
      expect(scoreOf(agent({ [figure]: middling }))).toBeCloseTo(scoreOf(agent()), 10);
    }
  });

  test('luck is the same for the same task, differs between tasks, and fades with experience', () => {
    const lucky = (good: number, salt: number) =>
      scoreCandidate(agent({ good }, { salt: 123_456_789 }), { ...occasion, salt }).exploration;
    const salt = saltOf('tsk_01k5zj7q3ve4r9t0m2n4p6q8s0');
    expect(saltOf('tsk_01k5zj7q3ve4r9t0m2n4p6q8s0')).toBe(salt);
    expect(salt).toBeGreaterThan(0);
    expect(salt).toBeLessThan(luckModulus);
    expect(lucky(0, salt)).toBe(lucky(0, salt));
    expect(lucky(0, salt)).not.toBe(lucky(0, saltOf('tsk_01k5zj7q3ve4r9t0m2n4p6q8s1')));
    expect(lucky(99, salt)).toBeCloseTo(lucky(0, salt) / 10, 10);
  });

  test('weights count by their proportions; a weight of nothing leaves its part out', () => {
    const twice = Object.fromEntries(
      Object.entries(defaultWeights).map(([name, value]) => [name, value * 2]),
    );
    const candidate = agent({ level: 4, good: 3, bad: 1, microUsd: 500 }, { active: 1, salt: 77 });
    expect(scoreOf(candidate, { weights: twice as typeof defaultWeights })).toBeCloseTo(
      scoreOf(candidate),
      10,
    );
    const onlyLoad = { fit: 0, load: 1, success: 0, cost: 0, speed: 0, exploration: 0 };
    expect(scoreOf(candidate, { weights: onlyLoad })).toBe(0.75);
  });

  test('of several needs the mean counts', () => {
    const two = { ...agent(), experience: [known({ level: 3, good: 9 }), known({ level: 5, bad: 2 })] };
    const score = scoreCandidate(two, { ...occasion, needs: [{ level: 3 }, { level: 4 }] });
    expect(score.fit).toBeCloseTo((1 + 0.9) / 2, 10);
    expect(score.success).toBeCloseTo((12 / 13 + 3 / 6) / 2, 10);
  });

  test('the reason names the need, the figures and who had no free slot', () => {
    const chosen = { agentId: 'agt', name: 'Bo', ...scoreCandidate(agent(), occasion) };
    const needs = [{ name: 'writing', level: 3 }];
    expect(assignmentReason(chosen, { needs, skipped: 2, probe: false })).toBe(
      'Bo has writing ≥ 3: fit 1, free 1, success 0.75; 2 better placed had no free slot.',
    );
    expect(assignmentReason(chosen, { needs: [], skipped: 0, probe: true })).toBe(
      'Bo may do any step: fit 1, free 1, success 0.75; it kept failing, and this task tries whether it is well again.',
    );
  });
});
