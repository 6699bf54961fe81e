import { type ComponentType, createElement, useSyncExternalStore } from 'react';

type MarkdownView = ComponentType<{ text: string }>;

/** Markdown is read by a library of its own, which comes after the page; the text itself is there if that takes long. */
let view: MarkdownView | null = null;
const loading = import('./markdown.tsx').then(({ Markdown }) => {
  view = Markdown;
});

function onLoad(told: () => void): () => void {
  void loading.then(told, () => undefined);
  return () => undefined;
}

export function Rendered({ markdown }: { markdown: string }) {
  const reader = useSyncExternalStore(onLoad, () => view);
  return (
    <div className="prose">
      {reader ? (
        createElement(reader, { text: markdown })
      ) : (
        <p className="whitespace-pre-wrap late">{markdown}</p>
      )}
    </div>
  );
}
