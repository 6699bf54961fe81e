import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';

export interface Child {
  pid: number;
  /** The last of what it wrote, for error messages. */
  output(): string;
  /** Asks it to end, insists after five seconds, and answers when it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a server and answers when `ready` says so; if the server ends or 30 s pass first, its output is the error. */
export async function startChild(
  command: string,
  args: string[],
  ready: (output: string) => Promise<boolean> | boolean,
  options: Pick<SpawnOptions, 'env' | 'cwd' | 'uid' | 'gid'> = {},
): Promise<Child> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const remember = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-8000);
  };
  child.stdout.on('data', remember);
  child.stderr.on('data', remember);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await started(child, command);

  const running: Child = {
    pid: child.pid ?? 0,
    output: () => output,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return ended;
      child.kill(signal);
      const insist = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(insist);
    },
  };

  const deadline = Date.now() + 30_000;
  while (!(await ready(output))) {
    const gone = child.exitCode !== null || child.signalCode !== null;
    if (gone || Date.now() > deadline) {
      await running.stop('SIGKILL');
      throw new Error(`${command} did not become ready${gone ? ', it ended' : ' in 30 s'}:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return running;
}

function started(child: ChildProcess, command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve());
    child.once('error', (cause) => reject(new Error(`${command} could not be started.`, { cause })));
  });
}
