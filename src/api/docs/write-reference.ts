import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describeApi } from './openapi.ts';
import { listAllOperations } from './all-operations.ts';
import { renderMarkdown } from './render-markdown.ts';

/** Where nothing runs: the file shows no address of its own. */
export const neutralUrl = 'http://127.0.0.1:4800';

export function writeReference(): string {
  return renderMarkdown(describeApi(listAllOperations(), neutralUrl));
}

if (import.meta.main) {
  await writeFile(fileURLToPath(new URL('../../../docs/api_v2.md', import.meta.url)), writeReference());
}
