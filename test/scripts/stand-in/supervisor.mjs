import { createSupervisor } from '../../../scripts/supervise/supervisor.mjs';
import { standIn } from './table.mjs';

/** A supervisor in a process of its own, to be killed: prints the numbers of what it started, then lives on. */
const [stateFolder, ...ports] = process.argv.slice(2);
const supervisor = createSupervisor({ stateFolder, say: () => {}, onGivenUp: () => process.exit(1) });
await Promise.all(
  ports.map((port, index) =>
    supervisor.start(standIn({ stateFolder, name: `part-${index}`, port, order: index })),
  ),
);
console.log(JSON.stringify({ guardian: supervisor.guardianPid(), ...supervisor.pids() }));
setInterval(() => {}, 60_000);
