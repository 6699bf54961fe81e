import { afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import AxeBuilder from '@axe-core/playwright';
import type { BrowserContext, Page } from 'playwright-core';
import { openBrowser } from '../../support/browser.ts';
import { closeLater } from '../../support/close-later.ts';
import { AdjutantPage } from './adjutant-page.ts';
import { buildPage } from './build-page.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';

export const wide = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };
export const small = { width: 320, height: 640 };

export interface Shown {
  api: FakeApi;
  context: BrowserContext;
  page: Page;
  adjutant: AdjutantPage;
  show(viewport: typeof wide, colorScheme?: 'light' | 'dark'): Promise<void>;
}

/**
 * The built page over a fake API, both anew for each test of a file; the tab stays, since a new one costs more than most tests. An address of its own
 * gives each test empty stores. A fault that the page does not catch fails the test.
 */
export function shownPage(): Shown {
  let folder: string;
  let faults: string[] = [];
  const shown = { show } as Shown;

  beforeAll(async () => {
    folder = await buildPage();
    const browser = await openBrowser();
    shown.context = await browser.newContext({ reducedMotion: 'reduce' });
    shown.page = await shown.context.newPage();
    shown.page.setDefaultTimeout(10_000);
    shown.page.on('pageerror', (error) => faults.push(error.message));
  }, 120_000);

  beforeEach(async () => {
    const api = await startFakeApi(folder);
    closeLater('fake API', () => api.close());
    shown.api = api;
    shown.adjutant = new AdjutantPage(shown.page, api.url);
    await Promise.all([shown.context.clearCookies(), shown.context.clearPermissions()]);
    await show(wide);
    faults = [];
  });

  afterEach(async () => {
    await shown.page.mouse.move(0, 0);
    await shown.page.goto('about:blank');
    expect(faults).toEqual([]);
  });

  async function show(viewport: typeof wide, colorScheme: 'light' | 'dark' = 'light'): Promise<void> {
    await shown.page.setViewportSize(viewport);
    await shown.page.emulateMedia({ colorScheme });
  }
  return shown;
}

/** What axe finds, in words; [] is right. */
export async function axeFaults(page: Page, rules?: string[]): Promise<string[]> {
  // There are no frames, for which alone the other mode opens a page of its own each time.
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}
