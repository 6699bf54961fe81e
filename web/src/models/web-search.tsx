import { useState } from 'react';
import {
  type WebSearch,
  type WebSearcherView,
  webSearchers,
  webSearcherTitles,
} from '../../../src/contracts/web-search.ts';
import { LoadFailed } from '../shell/load-failed.tsx';
import { type KeyedService, keyedServices, SearchKeyCard } from './search-key-card.tsx';
import { moved, orderOf, useSearchKeys, useSearchOrder, useWebSearch } from './use-web-search.ts';
import { WebSearcherRow } from './web-searcher-row.tsx';

/** Who searches the web for agents: in which order they are asked, who is ready, and why somebody is not. The order is the owner's. */
export function WebSearchSection({ owner }: { owner: boolean }) {
  const search = useWebSearch();
  const keys = useSearchKeys(owner);
  return (
    <section aria-labelledby="web-search" className="grid gap-3">
      <div>
        <h2 id="web-search">Web search</h2>
        <p className="t2">
          {owner
            ? 'An agent that searches the web asks these, one after the other, until one answers.'
            : 'Who is asked when an agent searches the web, until one answers. Owners set the order.'}
        </p>
      </div>
      {search.error && !search.data && (
        <LoadFailed what="who searches" error={search.error} retry={() => void search.refetch()} />
      )}
      {search.data && <Searchers search={search.data} owner={owner} />}
      {keys.error && !keys.data && (
        <LoadFailed what="the keys of search services" error={keys.error} retry={() => void keys.refetch()} />
      )}
      {keys.data &&
        (Object.keys(keyedServices) as KeyedService[]).map((name) => (
          <SearchKeyCard
            key={name}
            name={name}
            credential={keys.data.items.find((each) => each.name === name)}
          />
        ))}
    </section>
  );
}

function Searchers({ search, owner }: { search: WebSearch; owner: boolean }) {
  const { set, error } = useSearchOrder();
  const [said, say] = useState('');
  const order = orderOf(search);
  const own = owner && search.by !== 'auto';
  const changesOf = ({ name, place }: WebSearcherView) => {
    const title = webSearcherTitles[name];
    return {
      move: (by: -1 | 1) => {
        set(moved(order, name, by));
        say(`${title} is now number ${(place ?? 0) + by}.`);
      },
      include: (wanted: boolean) => {
        set(wanted ? [...order, name] : order.filter((each) => each !== name));
        say(`${title} is ${wanted ? 'asked last' : 'not asked'} now.`);
      },
    };
  };
  return (
    <>
      {owner && (
        <OrderSwitch
          own={own}
          choose={(wanted) => set(wanted ? (order.length > 0 ? order : [...webSearchers]) : 'auto')}
        />
      )}
      <ul className="card">
        {search.items.map((searcher) => (
          <li key={searcher.name}>
            <WebSearcherRow
              searcher={searcher}
              last={order.length}
              change={own ? changesOf(searcher) : null}
            />
          </li>
        ))}
      </ul>
      {error && (
        <p className="ts s-failed" role="alert">
          {error.message}
        </p>
      )}
      <p className="vh" role="status">
        {said}
      </p>
    </>
  );
}

function OrderSwitch({ own, choose }: { own: boolean; choose: (own: boolean) => void }) {
  const choice = (word: string, wanted: boolean) => (
    <button type="button" aria-pressed={own === wanted} onClick={() => own !== wanted && choose(wanted)}>
      {word}
    </button>
  );
  return (
    <div className="grid gap-1 justify-items-start">
      <div className="seg" role="group" aria-label="Order">
        {choice('Automatic', false)}
        {choice('Your order', true)}
      </div>
      <p className="ts t3">
        {own
          ? 'Whoever is not ticked is not asked.'
          : 'Model providers with a key, the cheapest search first; then search services with a key.'}
      </p>
    </div>
  );
}
