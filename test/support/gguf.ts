import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The built-in model's file: named by the test command, else the one that the set-up keeps. Tests that need it do not skip. */
export function ggufFile(): string {
  const named = process.env.ADJUTANT_TEST_GGUF ?? process.env.ADJUTANT_LLAMA_MODEL;
  if (named) return named;
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'adjutant');
  const found = existsSync(cache)
    ? readdirSync(cache, { recursive: true, encoding: 'utf8' }).find((name) =>
        /smollm2-135m.*\.gguf$/i.test(name),
      )
    : undefined;
  if (!found) throw new Error('No GGUF file: run the set-up (npm test does), or set ADJUTANT_TEST_GGUF.');
  return join(cache, found);
}
