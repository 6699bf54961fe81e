import { buildPart, partNames } from './build/parts.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { endWith } from './setup/end.mjs';
import { say } from './terminal.mjs';

/** `npm run build`: the page and the bundle of the Temporal workflows, when their sources changed; `--force`, always. */
try {
  await ensureDependencies();
  const force = process.argv.includes('--force');
  const built = await Promise.all(partNames.map((name) => buildPart(name, { force })));
  if (!built.some(Boolean)) say('  Nothing changed since the last build.');
} catch (error) {
  endWith(error);
}
