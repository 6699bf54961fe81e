import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { closeLater } from './close-later.ts';
import { requireTool } from './servers/find-tool.ts';

/** One real browser for a test file; it is closed after the file. */
export async function openBrowser(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: requireTool('chromium'),
    // Chromium's sandbox refuses to run as root; a small /dev/shm in a container would crash its pages.
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-dev-shm-usage'],
  });
  closeLater('the browser', () => browser.close());
  return browser;
}

export interface WatchedPage {
  page: Page;
  /** What went wrong on the page so far: uncaught errors, errors on the console, failed requests. */
  complaints: string[];
}

/** Desktop size; what moves on the page would be drawn by the processor, sixty times a second. */
const usual: BrowserContextOptions = { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' };

/** A page with a clean profile, as usual unless said otherwise. Tests should end with no complaints. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ ...usual, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  page.on('requestfailed', (request) => {
    complaints.push(`${request.method()} ${request.url()}: ${request.failure()?.errorText ?? 'failed'}`);
  });
  return { page, complaints };
}
