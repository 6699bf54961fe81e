// The scripted model server as a program:
//   node test/support/scripted-model-server/main.ts --port 4900 [--script ./script.ts] [--delay 20] [--steps 4] [--words 40] [--faults 5] [--seed 1]
// A script module exports `script` (see script.ts). Without one the work rule answers. Prints one line of JSON when ready.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Script } from './script.ts';
import { startScriptedModelServer } from './server.ts';
import { createWorkRule } from './work-rule.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: { port: text, script: text, delay: text, steps: text, words: text, faults: text, seed: text },
});

function numberIn(name: 'port' | 'delay' | 'steps' | 'words' | 'faults' | 'seed'): number | undefined {
  const given = values[name];
  if (given === undefined) return undefined;
  const number = Number(given);
  if (!Number.isInteger(number) || number < 0)
    throw new Error(`--${name} wants a whole number, not ${given}.`);
  return number;
}

async function scriptOf(): Promise<Script> {
  if (values.script !== undefined) {
    const module = (await import(pathToFileURL(resolve(values.script)).href)) as { script?: Script };
    if (!module.script) throw new Error(`${values.script} exports no "script".`);
    return module.script;
  }
  const rule = createWorkRule({
    delayMs: numberIn('delay'),
    planSteps: numberIn('steps'),
    words: numberIn('words'),
    faultsPerHundred: numberIn('faults'),
    seed: numberIn('seed'),
  });
  return { rule };
}

const server = await startScriptedModelServer(await scriptOf(), numberIn('port') ?? 0);
process.stdout.write(
  `${JSON.stringify({ url: server.url, openai: server.v1, anthropic: server.url, journal: `${server.url}/journal` })}\n`,
);
const stop = () => void server.close().then(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
