import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, expect, test } from '@jest/globals';
import { openBrowser, openPage } from '../support/browser.ts';
import { closeLater } from '../support/close-later.ts';
import { waitFor } from '../support/wait-for.ts';

let address: string;
beforeAll(async () => {
  const server = createServer((request, response) => {
    if (request.url !== '/') response.statusCode = 404;
    response.setHeader('Content-Type', 'text/html');
    response.end(
      '<!doctype html><link rel="icon" href="data:,"><h1>Here</h1><script>setTimeout(() => boom(), 0)</script>',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater('the page’s server', () => new Promise((resolve) => server.close(resolve)));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

test('a real browser shows a page and tells what went wrong on it', async () => {
  const browser = await openBrowser();
  const { page, complaints } = await openPage(browser, { viewport: { width: 390, height: 844 } });
  await page.goto(address);
  expect(await page.getByRole('heading').textContent()).toBe('Here');
  await waitFor(() => complaints.length, { what: 'the complaint' });
  expect(complaints).toEqual(['uncaught: boom is not defined']);
});
