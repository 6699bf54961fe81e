// The entry of the embedded Llama server: LLAMA_MODEL (a GGUF file) and LLAMA_PORT.
import { startLlamaServer } from '../src/models/embedded/llama-server.ts';

async function main(): Promise<void> {
  const { LLAMA_MODEL: modelPath, LLAMA_PORT: port = '0' } = process.env;
  if (!modelPath) throw new Error('LLAMA_MODEL must name a GGUF file.');
  const server = await startLlamaServer({ modelPath, port: Number(port) });
  process.stdout.write(`Llama model ${server.model} at ${server.url}\n`);
  const stop = () => void server.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(
    `The Llama server did not start: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(1);
});
