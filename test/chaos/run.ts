// npm run chaos -- [--tasks 50] [--runs 10] [--meddled 5] [--kills 15] [--seed N] [--delay 150] [--faults 5] [--rest 240] [--victims api,worker-1,temporal,flush,redis,postgres] [--keep]
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { usualVictims, type Victim, victims } from './fault-plan.ts';
import { faultRun, type FaultRunReport } from './fault-run.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    tasks: text,
    runs: text,
    meddled: text,
    kills: text,
    seed: text,
    delay: text,
    faults: text,
    rest: text,
    victims: text,
    keep: { type: 'boolean' },
  },
});

function numberIn(
  name: 'tasks' | 'runs' | 'meddled' | 'kills' | 'seed' | 'delay' | 'faults' | 'rest',
  otherwise: number,
): number {
  const number = Number(values[name] ?? otherwise);
  if (!Number.isInteger(number) || number < 0)
    throw new Error(`--${name} wants a whole number, not ${values[name]}.`);
  return number;
}

function victimsIn(list: string | undefined): readonly Victim[] {
  if (list === undefined) return usualVictims;
  return list.split(',').map((name) => {
    const victim = victims.find((one) => one === name.trim());
    if (!victim) throw new Error(`--victims knows ${victims.join(', ')}, not ${name}.`);
    return victim;
  });
}

const options = {
  tasks: numberIn('tasks', 50),
  runs: numberIn('runs', 10),
  meddled: numberIn('meddled', 5),
  kills: numberIn('kills', 15),
  seed: numberIn('seed', Date.now() % 1_000_000),
  modelDelayMs: numberIn('delay', 150),
  faultsPerHundred: numberIn('faults', 5),
  restMs: numberIn('rest', 240) * 1000,
  victims: victimsIn(values.victims),
  keep: values.keep ?? false,
  say: (line: string) => console.log(line),
};

console.log(
  `Fault run: ${options.tasks} tasks, ${options.runs} runs, ${options.meddled} of each that somebody meddles with, ${options.kills} faults, seed ${options.seed}`,
);
console.log(`Machine: ${cpus().length} × ${cpus()[0]?.model.trim() ?? ''}, Node ${process.version}`);
console.log(
  `Again: npm run chaos -- --tasks ${options.tasks} --runs ${options.runs} --meddled ${options.meddled} --kills ${options.kills} --seed ${options.seed}${values.victims ? ` --victims ${values.victims}` : ''}\n`,
);
const report = await faultRun(options);
show(report);
process.exitCode = report.findings.some((finding) => finding.broken.length > 0) ? 1 : 0;

function show(report: FaultRunReport): void {
  const { findings, load, asked, met, served, booked, faults, seconds, stateFolder } = report;
  const { accepted, runs } = load;
  const counted = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, n]) => `${name} ${n}`)
      .join(', ');
  const hit = new Set(faults.map((fault) => fault.victim));
  console.log(
    `\nFaults: ${[...hit].map((victim) => `${victim} ${faults.filter((fault) => fault.victim === victim).length}`).join(', ')}`,
  );
  console.log(
    `Accepted: ${accepted.length} tasks and ${runs.length} runs, asked ${[...accepted, ...runs].reduce((sum, one) => sum + one.asked, 0)} times\nA person: ${asked.decisions} decisions, ${asked.answers} answers\nMet: ${counted(met)}`,
  );
  console.log(`Model server: ${counted(served)}\nLedger: ${counted(booked)}`);
  console.log(
    `Time: ${seconds.faults.toFixed(0)} s of load and faults, ${seconds.rest.toFixed(0)} s until all had ended\n`,
  );
  for (const { name, broken } of findings) {
    console.log(`${broken.length === 0 ? 'holds ' : 'BROKEN'}  ${name}`);
    for (const row of broken) console.log(`          ${JSON.stringify(row)}`);
  }
  const wrong = findings.filter((finding) => finding.broken.length > 0).length;
  console.log(
    wrong === 0
      ? `\nAll ${findings.length} invariants hold.`
      : `\n${wrong} of ${findings.length} invariants are broken. Seed: ${options.seed}`,
  );
  if (options.keep) console.log(`Data and logs: ${stateFolder}`);
}
