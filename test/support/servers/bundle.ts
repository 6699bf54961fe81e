import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Bundles each entry of Temporal workflows once per run: two seconds that every test file would pay again. */
export function createBundles(folder: string): (entry: string) => Promise<string> {
  const made = new Map<string, Promise<string>>();
  return (entry) => {
    const known = made.get(entry) ?? bundle(entry, join(folder, `bundle-${made.size + 1}.js`));
    made.set(entry, known);
    return known;
  };
}

async function bundle(entry: string, codePath: string): Promise<string> {
  if (!existsSync(entry)) throw new Error(`${entry} is not there, so there is nothing to bundle.`);
  // Loaded late: webpack takes half a second, and most runs of one file need no bundle.
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({ workflowsPath: entry, logger: quiet });
  await writeFile(codePath, code);
  return codePath;
}

const nothing = () => {};
const quiet = {
  log: nothing,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: console.warn,
  error: console.error,
};
