/** The main path as a person walks it: the product from `npm start`, in a real browser, with parts of it killed on the way. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { makeStateFolder, type Product, removeStateFolder, startProduct } from '../chaos/product.ts';
import { openBrowser, openPage, type WatchedPage } from '../support/browser.ts';
import {
  type ScriptedModelServer,
  startScriptedModelServer,
} from '../support/scripted-model-server/server.ts';
import { createWorkRule } from '../support/scripted-model-server/work-rule.ts';
import { waitFor } from '../support/wait-for.ts';
import { AdjutantPage } from '../web/support/adjutant-page.ts';

let models: ScriptedModelServer;
let product: Product;
let browser: Browser;
let watched: WatchedPage;
let page: AdjutantPage;
const stateFolder = makeStateFolder('e2e');

beforeAll(async () => {
  const work = createWorkRule({ words: 80 });
  models = await startScriptedModelServer({
    rule: (call) => ({ ...work(call), chunkSize: 40, chunkDelayMs: 120 }),
  });
  product = await startProduct(stateFolder, { OPENAI_API_KEY: 'scripted', OPENAI_BASE_URL: models.v1 });
  browser = await openBrowser();
  watched = await openPage(browser);
  page = new AdjutantPage(watched.page, product.endpoints().page);
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await models?.close();
  await removeStateFolder(stateFolder);
}, 60_000);

describe('the main path in a browser', () => {
  test('a goal with a file is planned, done and written up while parts of the product are killed and the page is loaded anew', async () => {
    const link = /http\S+\/sign-in#\S+/.exec(product.output())?.[0] ?? '';
    await page.signIn(link);
    await page.attach('samples/operations-report-q3-2026.pdf');
    await page.giveGoal('Compare the three suppliers in the report and recommend one.');
    await watched.page.getByRole('list', { name: 'Steps' }).waitFor({ timeout: 60_000 });
    await waitFor(() => product.kill('worker-1'), { what: 'the worker to be there to be killed' });
    await watched.page.reload();
    await waitFor(() => product.kill('api'), { what: 'the API to be there to be killed' });
    const memo = await page.readResult(90_000);
    expect(memo.length).toBeGreaterThan(100);
    expect(await page.status()).toMatch(/Completed/);
    const { key, tries } = await countOf(page.taskId);
    expect(key).toBe(tries);
  }, 180_000);
});

/** Paid answers of the goal: each call settled once, each try booked once. */
async function countOf(taskId: string): Promise<{ key: number; tries: number }> {
  const { api } = product.endpoints();
  const answer = await fetch(`${api}/tasks/${taskId}/ledger?pageSize=200`, {
    headers: { authorization: `Bearer ${product.ownerKey()}` },
  });
  const { items } = (await answer.json()) as { items: { callId: string; outcome: string }[] };
  const paid = items.filter((item) => item.outcome === 'ok');
  return { key: new Set(paid.map((item) => item.callId)).size, tries: paid.length };
}
