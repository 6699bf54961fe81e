import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root, stateFolder } from './paths.mjs';
import { readEndpoints } from './product/endpoints.mjs';
import { createApi } from './sample/api.mjs';
import { followTask } from './sample/follow.mjs';
import { endWith } from './setup/end.mjs';
import { SetupProblem } from './setup/problem.mjs';
import { bold, dim, done, fail, say, since } from './terminal.mjs';

/** `npm run sample`: gives the running product the sample goal with its documents and shows what comes of it. */
const goal = 'Write a one-page memo for the board: the three biggest risks, each with its source.';
const documents = ['operations-report-q3-2026.pdf', 'oakhurst-agreement.docx', 'incident-log-2026.csv'];

try {
  const endpoints = await readEndpoints(stateFolder);
  const ownerKey = await readFile(join(stateFolder, 'owner.key'), 'utf8').catch(() => undefined);
  if (!endpoints || !ownerKey)
    throw new SetupProblem('Adjutant is not running here: run `npm start` in another terminal first.');
  const api = createApi(endpoints.api, ownerKey.trim());
  const from = Date.now();
  const files = await upload(api);
  done(`Uploaded ${documents.join(', ')}`);
  const created = await api.post('/tasks', { goal, files });
  say(`  Goal: ${bold(goal)}\n  ${dim(`${endpoints.page}/tasks/${created.id}`)}\n`);
  const task = await followTask(api, created.id, from);
  show(task, endpoints, since(from));
  process.exit(task.status === 'completed' ? 0 : 1);
} catch (error) {
  endWith(error);
}

async function upload(api) {
  const form = new FormData();
  for (const name of documents)
    form.append('files', new Blob([await readFile(join(root, 'samples', name))]), name);
  const answer = await api.upload('/files', form);
  return (answer.items ?? [answer].flat()).map((file) => file.id);
}

function show(task, { page }, took) {
  say();
  if (task.result) say(`${task.result.markdown.trim()}\n`);
  if (task.status === 'completed') done(`Completed after ${took}`);
  else
    fail(
      `The task ${task.status === 'failed' ? 'failed' : `is ${task.status}`}: ${task.error?.message ?? task.waiting?.detail ?? ''}`,
    );
  say(`  Page      ${page}/tasks/${task.id}`);
  if (task.temporal?.url) say(`  Temporal  ${task.temporal.url}`);
}
