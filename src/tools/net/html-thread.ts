/** The thread that reads one page and ends: see read-html.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { JSDOM, VirtualConsole } from 'jsdom';
import type { HtmlOrder } from './read-html.ts';
import { pageText } from './page-text.ts';

const { bytes, url, contentType } = workerData as HtmlOrder;
// No `runScripts`, no `resources`: nothing runs and nothing is loaded. The console is silent.
const { window } = new JSDOM(bytes, { url, contentType, virtualConsole: new VirtualConsole() });
parentPort?.postMessage(pageText(window.document));
window.close();
