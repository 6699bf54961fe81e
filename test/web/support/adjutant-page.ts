import type { Locator, Page } from 'playwright-core';

/** The page as a person uses it: words and roles, no class names. For the tests here and for those over the whole product. */
export class AdjutantPage {
  readonly page: Page;
  private readonly url: string;

  constructor(page: Page, url: string) {
    this.page = page;
    this.url = url;
  }

  /** @param link the one-time link that `npm start` prints, or its path with the token behind `#`. */
  async signIn(link: string): Promise<void> {
    await this.page.goto(new URL(link, this.url).href);
    await this.goalField.waitFor();
  }

  async open(path = '/'): Promise<void> {
    await this.page.goto(new URL(path, this.url).href);
  }

  get goalField(): Locator {
    return this.page.getByRole('textbox', { name: 'Goal' });
  }

  get runButton(): Locator {
    return this.page.getByRole('button', { name: 'Run', exact: true });
  }

  async attach(...paths: string[]): Promise<void> {
    await this.page.locator('input[type=file][multiple]').setInputFiles(paths);
  }

  async giveGoal(goal: string): Promise<void> {
    await this.goalField.fill(goal);
    await this.page.locator('button[type=submit]:not([aria-disabled=true])').waitFor();
    await this.runButton.click();
    await this.page.waitForURL(/\/tasks\/tsk_/);
  }

  async trySample(): Promise<void> {
    await this.page.getByRole('button', { name: 'Try the sample' }).click();
    await this.page.waitForURL(/\/tasks\/tsk_/);
  }

  get taskId(): string {
    return /tsk_\w+/.exec(this.page.url())?.[0] ?? '';
  }

  /** As the header says it: "In progress", "Waiting", "Completed" … */
  async status(): Promise<string> {
    return (await this.page.locator('dl.facts dd').first().innerText()).trim();
  }

  step(title: string | RegExp): Locator {
    return this.page.getByRole('list', { name: 'Steps' }).getByRole('link', { name: title });
  }

  get sheet(): Locator {
    return this.page.locator('aside[aria-labelledby=sheet-title]');
  }

  get result(): Locator {
    return this.page.getByRole('region', { name: 'Result', exact: true });
  }

  /** Waits for the result and answers with its text as it is read. */
  async readResult(timeoutMs: number): Promise<string> {
    await this.result.waitFor({ timeout: timeoutMs });
    return this.result.innerText();
  }

  async pause(): Promise<void> {
    await this.page.getByRole('button', { name: 'Pause', exact: true }).click();
  }

  async resume(): Promise<void> {
    await this.page.getByRole('button', { name: 'Resume', exact: true }).click();
  }

  async retry(): Promise<void> {
    await this.page.getByRole('button', { name: 'Retry', exact: true }).click();
  }

  /** @param title exactly what is asked */
  async approve(title: string, note = ''): Promise<void> {
    const card = this.page.getByRole('region', { name: `Approve: ${title}` });
    await card.getByRole('textbox', { name: 'Note' }).fill(note);
    await card.getByRole('button', { name: 'Approve' }).click();
  }

  /** @param provider as its card is headed: "OpenAI", "Anthropic". On the page of the models. */
  async addKey(provider: string, key: string): Promise<void> {
    const card = this.page.getByRole('region', { name: provider, exact: true });
    await card.getByRole('button', { name: /^(Add key|Replace)/ }).click();
    await card.getByRole('textbox', { name: 'Key' }).fill(key);
    await card.getByRole('button', { name: 'Try and save' }).click();
  }

  async cancel(): Promise<void> {
    await this.page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await this.page.getByRole('button', { name: 'Cancel goal' }).click();
  }

  /** "Live", "Offline", "Catching up", as the foot of the navigation says it on a wide screen. */
  async connection(): Promise<string> {
    return (await this.page.getByRole('navigation', { name: 'Main' }).getByRole('status').innerText()).trim();
  }

  /** Pixels that the page is wider than the screen, or taller: only what is in it scrolls. 0 is right. */
  async overflow(): Promise<number> {
    // As text: these sources are checked without the browser's types.
    return this.page.evaluate<number>(`Math.max(
      document.documentElement.scrollHeight - document.documentElement.clientHeight,
      ...[document.documentElement, ...document.querySelectorAll('main, .log, .fc, .sheet')]
        .map((box) => box.scrollWidth - box.clientWidth),
    )`);
  }
}
