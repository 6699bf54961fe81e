import { describe, expect, test } from '@jest/globals';
import { faultRun } from './fault-run.ts';

/** The small sister of `npm run chaos`: the same run, the same invariants, a few kills. */
describe('the product under faults', () => {
  test('a few goals, and what is written to them, survive kill -9 of worker, API and Temporal: nothing lost, doubled or paid twice', async () => {
    const lines: string[] = [];
    const report = await faultRun({
      tasks: 5,
      runs: 2,
      meddled: 1,
      kills: 3,
      seed: 22,
      modelDelayMs: 100,
      faultsPerHundred: 5,
      restMs: 90_000,
      say: (line) => lines.push(line),
    });
    expect(report.faults.map((fault) => fault.victim).sort()).toEqual(['api', 'temporal', 'worker-1']);
    expect([report.load.accepted.length, report.load.runs.length]).toEqual([6, 3]);
    expect(report.asked.decisions).toBeGreaterThanOrEqual(4);
    expect(report.asked.answers).toBeGreaterThanOrEqual(2);
    expect(report.met).toMatchObject({
      'approval.expired': expect.any(Number),
      'four eyes': expect.any(Number),
      orders: expect.any(Number),
    });
    expect({ broken: report.findings.filter((finding) => finding.broken.length > 0), lines }).toEqual({
      broken: [],
      lines,
    });
  }, 240_000);
});
