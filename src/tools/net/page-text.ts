/** A page's own text: the article where there is one, else all that is shown; headings, lists, links and tables as Markdown. */
import { Readability } from '@mozilla/readability';
import TurndownService from 'turndown';
import type { PageText } from './read-html.ts';

const neverRead =
  'script, style, noscript, template, iframe, object, embed, svg, canvas, video, audio, [hidden], [aria-hidden="true"]';
/** An article that holds less than this part of what is shown is no article: lists of links, tables, forms. */
const leastPart = 0.25;

export function pageText(document: Document): PageText {
  for (const element of document.querySelectorAll(neverRead)) element.remove();
  const title = document.title.trim();
  const shown = (document.body?.textContent ?? '').trim().length;
  const article = new Readability(document.cloneNode(true) as Document).parse();
  const enough = (article?.textContent ?? '').trim().length >= shown * leastPart;
  if (enough && article?.content) {
    const holder = document.createElement('div');
    holder.innerHTML = article.content;
    return { title: article.title || title, markdown: toMarkdown(holder) };
  }
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[href]'))
    link.setAttribute('href', link.href);
  return { title, markdown: document.body ? toMarkdown(document.body) : '' };
}

function toMarkdown(root: HTMLElement): string {
  const service = new TurndownService({
    headingStyle: 'atx',
    codeBlockStyle: 'fenced',
    bulletListMarker: '-',
  });
  service.addRule('pictures', {
    filter: ['img'],
    replacement: (_content, node) => (node as HTMLElement).getAttribute('alt')?.trim() ?? '',
  });
  service.addRule('links', {
    filter: (node) => node.nodeName === 'A' && !/^https?:/.test(node.getAttribute('href') ?? ''),
    replacement: (content) => content,
  });
  service.addRule('cells', {
    filter: ['th', 'td'],
    replacement: (content) => `| ${content.replace(/\s+/g, ' ').trim()} `,
  });
  service.addRule('rows', {
    filter: 'tr',
    replacement: (content) => (content === '' ? '' : `${content}|\n`),
  });
  service.addRule('tables', { filter: 'table', replacement: (content) => `\n\n${content.trim()}\n\n` });
  return service
    .turndown(root)
    .replace(/[^\S\n]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
