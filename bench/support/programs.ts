import { type Child, startChild } from '../../test/support/servers/child.ts';
import { root, type Stage } from './stage.ts';

/** One of the product's (or the benchmark's) own programs as a process; it ends with the stage. */
export async function startProgram(
  stage: Stage,
  {
    script,
    env,
    ready,
    imports = [],
  }: {
    script: string;
    env: Record<string, string>;
    ready: (output: string) => boolean | Promise<boolean>;
    imports?: string[];
  },
): Promise<Child> {
  const args = [...imports.flatMap((path) => ['--import', `${root}/${path}`]), `${root}/${script}`];
  const child = await startChild(process.execPath, args, ready, {
    env: { ...process.env, ...stage.environment(), ...env },
  });
  stage.closeLater(() => child.stop());
  return child;
}

/** The scripted model server with the work rule. */
export async function startModels(
  stage: Stage,
  options: string[] = [],
): Promise<{ child: Child; url: string; v1: string; journal: string }> {
  let said = '';
  const args = [`${root}/test/support/scripted-model-server/main.ts`, ...options];
  const child = await startChild(process.execPath, args, (output) => {
    said = output;
    return output.includes('"journal"');
  });
  stage.closeLater(() => child.stop());
  const line = JSON.parse(said.split('\n').find((each) => each.startsWith('{')) ?? '{}') as {
    url: string;
    openai: string;
    journal: string;
  };
  return { child, url: line.url, v1: line.openai, journal: line.journal };
}
