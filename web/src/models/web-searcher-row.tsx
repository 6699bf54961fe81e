import { useEffect, useRef } from 'react';
import { type WebSearcherView, webSearcherTitles } from '../../../src/contracts/web-search.ts';
import { Icon } from '../icons/icon.tsx';
import { StatusIcon } from '../icons/status.tsx';

interface RowProps {
  searcher: WebSearcherView;
  /** The place of the one that is asked last. */
  last: number;
  /** Null: the order is not to be changed here. */
  change: { move: (by: -1 | 1) => void; include: (wanted: boolean) => void } | null;
}

export function WebSearcherRow({ searcher, last, change }: RowProps) {
  const { name, place, ready, problem, source } = searcher;
  const title = webSearcherTitles[name];
  return (
    <div className="sr srch">
      <span className="tn t3 place" aria-hidden="true">
        {place ?? '–'}
      </span>
      <span className="grow">
        <span className="row">
          <span className="fm">{title}</span>
          <span className="vh">{place === null ? 'Not asked.' : `Asked as number ${place}.`}</span>
          {ready && (
            <span className="st s-completed ts">
              <StatusIcon status="completed" silent />
              Ready
            </span>
          )}
        </span>
        <span className="ts t3 blk">{aboutSearcher(searcher)}</span>
        {problem && (
          <span className={`ts blk ${source !== null || place !== null ? 's-waiting' : 't3'}`}>
            {problem}
          </span>
        )}
      </span>
      {change && (
        <span className="row turn">
          {place !== null && <Moves title={title} place={place} last={last} move={change.move} />}
          <label className="row ts t2">
            <input
              type="checkbox"
              checked={place !== null}
              // Somebody has to be asked.
              disabled={place === 1 && last === 1}
              onChange={(event) => change.include(event.target.checked)}
            />
            Ask<span className="vh"> {title}</span>
          </label>
        </span>
      )}
    </div>
  );
}

interface MovesProps {
  title: string;
  place: number;
  last: number;
  move: (by: -1 | 1) => void;
}

function Moves({ title, place, last, move }: MovesProps) {
  const buttons = useRef<Record<string, HTMLButtonElement | null>>({});
  const pressed = useRef<string | null>(null);
  // Its row is put elsewhere, which takes the focus away.
  useEffect(() => {
    if (pressed.current) buttons.current[pressed.current]?.focus();
    pressed.current = null;
  }, [place]);
  const button = (word: 'up' | 'down', by: -1 | 1, able: boolean) => (
    <button
      ref={(element) => void (buttons.current[word] = element)}
      type="button"
      className="btn icon sm ghost"
      // Not disabled: at the end of the list the focus stays where it is.
      aria-disabled={!able}
      aria-label={`Move ${title} ${word}`}
      onClick={() => {
        if (!able) return;
        pressed.current = word;
        move(by);
      }}
    >
      <Icon name={word} small />
    </button>
  );
  return (
    <>
      {button('up', -1, place > 1)}
      {button('down', 1, place < last)}
    </>
  );
}

function aboutSearcher({ name, models, source }: WebSearcherView): string {
  const [first] = models;
  if (first)
    return `Its own search · $${first.usdPerThousand} per 1,000 and their tokens · ${models.map(({ id }) => id).join(', ')}`;
  if (name === 'openai' || name === 'anthropic') return 'A model provider with a search of its own';
  const from = source === 'stored' ? 'key entered here' : source ? 'from the environment' : '';
  return ['Search service', from].filter(Boolean).join(' · ');
}
