import { readdirSync, readFileSync } from 'node:fs';

/** Kernel ticks a second; 100 on every Linux that Node runs on. */
const msPerTick = 10;

interface Times {
  parent: number;
  ms: number;
  buriedMs: number;
}

/** Null: no /proc (not Linux), or the process is gone. */
function timesOf(pid: number): Times | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent, user, system, buriedUser, buriedSystem] = [1, 11, 12, 13, 14].map(
      (place) => fields[place] ?? 0,
    ) as [number, number, number, number, number];
    return { parent, ms: (user + system) * msPerTick, buriedMs: (buriedUser + buriedSystem) * msPerTick };
  } catch {
    return null;
  }
}

/** Processor milliseconds so far, of each process; PostgreSQL's with its children, since it has one per connection. */
export function cpuOf(pids: Record<string, number>): Record<string, number> {
  let all: number[] = [];
  try {
    all = readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {}
  const times = all.flatMap((pid) => {
    const found = timesOf(pid);
    return found ? [{ pid, ...found }] : [];
  });
  const sumOf = (pid: number, withChildren: boolean) =>
    times.reduce((sum, one) => {
      if (one.pid === pid) return sum + one.ms + (withChildren ? one.buriedMs : 0);
      return withChildren && one.parent === pid ? sum + one.ms : sum;
    }, 0);
  return Object.fromEntries(
    Object.entries(pids).map(([role, pid]) => [role, sumOf(pid, role === 'postgres')]),
  );
}

/** What was used between two readings. */
export function cpuBetween(
  before: Record<string, number>,
  after: Record<string, number>,
): Record<string, number> {
  return Object.fromEntries(Object.entries(after).map(([role, ms]) => [role, ms - (before[role] ?? 0)]));
}
