import { useDeferredValue } from 'react';
import { Rendered } from './rendered.tsx';

/** What is being written, read as Markdown as far as it goes; a piece that comes meanwhile is not waited for. */
export function Writing({ text }: { text: string }) {
  const shown = useDeferredValue(text);
  return (
    <div className="writing">
      <Rendered markdown={shown} />
    </div>
  );
}
