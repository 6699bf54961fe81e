const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Remembers what a test file may change in the process, which is that of the next file too. @returns what puts it back */
export function rememberProcess() {
  const { console } = globalThis;
  const { exit } = process;
  const folder = process.cwd();
  const environment = { ...process.env };
  const handlers = signals.map((signal) => process.listeners(signal));
  return () => {
    globalThis.console = console;
    process.exit = exit;
    process.exitCode = undefined;
    process.chdir(folder);
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
    for (const [i, signal] of signals.entries()) {
      for (const handler of process.listeners(signal)) {
        if (!handlers[i].includes(handler)) process.removeListener(signal, handler);
      }
    }
  };
}
