import { platform } from 'node:os';
import { timed } from '../terminal.mjs';
import { canInstallPackages, installPackages } from './debian.mjs';
import { SetupProblem } from './problem.mjs';
import { findProgram } from './run.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const find = () => names.map((name) => findProgram(name)).find(Boolean);

/** @returns {Promise<string>} the path of a Chromium for the browser tests */
export async function ensureChromium(env = process.env) {
  const found = env.ADJUTANT_CHROMIUM || find();
  if (found) return found;
  const tried = [];
  if (canInstallPackages()) {
    await timed("Chromium: from Debian's package", () => installPackages('chromium')).catch((error) =>
      tried.push(error.message),
    );
    const installed = find();
    if (installed) return installed;
  }
  const command = platform() === 'darwin' ? 'brew install --cask chromium' : 'sudo apt-get install chromium';
  throw new SetupProblem(
    `Chromium is missing: run \`${command}\`, or set ADJUTANT_CHROMIUM to its path.`,
    tried,
  );
}
