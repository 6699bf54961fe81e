import type { FoundPage, StopReason } from './port.ts';

/** Each address once: what is cited first, with all that was said of it, then what was found and not cited. */
export function foundPages(
  cited: readonly FoundPage[],
  found: readonly Pick<FoundPage, 'title' | 'url'>[],
): FoundPage[] {
  const pages = new Map<string, FoundPage & { said: Set<string> }>();
  for (const { title, url, excerpt } of [...cited, ...found.map((page) => ({ ...page, excerpt: '' }))]) {
    const page = pages.get(url) ?? { title, url, excerpt: '', said: new Set<string>() };
    pages.set(url, page);
    if (excerpt.trim()) page.said.add(excerpt.trim());
    if (!page.title) page.title = title;
  }
  return [...pages.values()].map(({ title, url, said }) => ({
    title: title || url,
    url,
    excerpt: [...said].join(' … '),
  }));
}

/** An answer without pages says why: that nothing was found is no problem. */
export function searchProblem(
  { stop, text }: { stop: StopReason; text: string },
  { searched, faults }: { searched: boolean; faults: readonly string[] },
): string | null {
  if (faults.length > 0) return `The search failed: ${[...new Set(faults)].join(', ')}.`;
  if (stop === 'refused') return `The model refused to search${text ? `: ${text}` : '.'}`;
  return searched ? null : 'The model answered without searching.';
}
