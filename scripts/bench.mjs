import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildPart } from './build/parts.mjs';
import { root } from './paths.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { endWith } from './setup/end.mjs';
import { SetupProblem } from './setup/problem.mjs';
import { runScript } from './setup/run-script.mjs';
import { ensureTools, toolEnvironment } from './setup/tools.mjs';
import { bold, say } from './terminal.mjs';

/** `npm run bench`: every benchmark, one after the other; `npm run bench NAME [options]`: one, which gets the options. */
const given = process.argv.slice(2);
const name = given[0]?.startsWith('-') ? undefined : given[0];
const options = name ? given.slice(1) : given;

try {
  await ensureDependencies();
  const only = ['postgres', 'redis', 'temporal'];
  const [tools] = await Promise.all([ensureTools({ only }), buildPart('workflows'), buildPart('page')]);
  for (const bench of wanted()) {
    say(bold(`\n${bench}`));
    const code = await runScript(`bench/${bench}.ts`, options, toolEnvironment(tools));
    if (code !== 0) process.exitCode = 1;
  }
} catch (error) {
  endWith(error);
}

function wanted() {
  const folder = join(root, 'bench');
  const all = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.ts'))
        .map((file) => file.slice(0, -3))
    : [];
  if (!name) return all.sort();
  if (all.includes(name)) return [name];
  throw new SetupProblem(`There is no benchmark "${name}". There are: ${all.sort().join(', ') || 'none'}.`);
}
