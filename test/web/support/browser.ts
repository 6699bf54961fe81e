import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { closeLater } from '../../support/close-later.ts';

/** Debian's Chromium, or the one that ADJUTANT_CHROMIUM names. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.ADJUTANT_CHROMIUM ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no ${executablePath}: install Chromium (apt-get install chromium) or set ADJUTANT_CHROMIUM.`,
    );
  }
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  closeLater('browser', () => browser.close());
  return browser;
}
