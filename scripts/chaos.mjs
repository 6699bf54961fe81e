import { buildPart } from './build/parts.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { endWith } from './setup/end.mjs';
import { runScript } from './setup/run-script.mjs';
import { ensureTools, toolEnvironment } from './setup/tools.mjs';

/** `npm run chaos -- --tasks 50 --kills 15`: all set-up, then fault runs; the options go to them. */
try {
  await ensureDependencies();
  const only = ['postgres', 'redis', 'temporal'];
  const [tools] = await Promise.all([ensureTools({ only }), buildPart('workflows')]);
  process.exitCode = await runScript('test/chaos/run.ts', process.argv.slice(2), toolEnvironment(tools));
} catch (error) {
  endWith(error);
}
