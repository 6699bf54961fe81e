import { useEffect } from 'react';
import type { FoundServer, Provider } from '../../../src/contracts/provider.ts';
import { LoadFailed } from '../shell/load-failed.tsx';
import { ThemeButton } from '../shell/shell.tsx';
import { FoundCard } from './found-card.tsx';
import { ModelList } from './model-list.tsx';
import { ProviderCard } from './provider-card.tsx';
import { useModels, useProviders } from './use-models.ts';
import { WebSearchSection } from './web-search.tsx';

/** Where models come from, and which there are. Keys are the owner's. */
export function ModelsPage({ owner }: { owner: boolean }) {
  const models = useModels();
  const providers = useProviders(owner);
  useEffect(() => {
    document.title = 'Models · Adjutant';
  }, []);
  return (
    <>
      <header className="bar">
        <h1>Models</h1>
        <span className="grow" />
        <ThemeButton className="phone" />
      </header>
      <div className="scroll grow fr" tabIndex={0} role="region" aria-label="Models and keys">
        <div className="fc set">
          <section aria-labelledby="keys" className="grid gap-3">
            <div>
              <h2 id="keys">Keys</h2>
              <p className="t2">
                {owner
                  ? 'A key is tried before it is kept, stored encrypted, and used at once. Goals that wait for a model go on by themselves.'
                  : 'Only owners of this workspace see and change keys.'}
              </p>
            </div>
            {providers.error && !providers.data && (
              <LoadFailed what="the keys" error={providers.error} retry={() => void providers.refetch()} />
            )}
            {owner && providers.isPending && <KeysSkeleton />}
            {providers.data && <Found {...providers.data} />}
            {providers.data?.items.map((provider) => (
              <ProviderCard key={provider.name} provider={provider} />
            ))}
          </section>
          <WebSearchSection owner={owner} />
          <section aria-labelledby="there" className="grid gap-3">
            <h2 id="there">Models here</h2>
            {models.error && !models.data && (
              <LoadFailed what="the models" error={models.error} retry={() => void models.refetch()} />
            )}
            {models.data && <ModelList models={models.data.items} />}
          </section>
          <p className="ts t3">
            You can also set <code>OPENAI_API_KEY</code>, <code>ANTHROPIC_API_KEY</code> or{' '}
            <code>LLAMA_MODEL=/path/to/model.gguf</code> before the start. What you enter here takes
            precedence.
          </p>
        </div>
      </div>
    </>
  );
}

function Found({ items, found }: { items: Provider[]; found: FoundServer[] }) {
  const llama = items.find(({ name }) => name === 'llama');
  return llama && found.map((server) => <FoundCard key={server.name} found={server} llama={llama} />);
}

function KeysSkeleton() {
  return (
    <>
      <p className="vh" role="status">
        Loading keys
      </p>
      {[40, 46, 52].map((width) => (
        <div key={width} className="card pv late" aria-hidden="true">
          <span className="sk" style={{ width: `${width}%` }} />
          <span className="sk" style={{ width: '24%', height: 8 }} />
        </div>
      ))}
    </>
  );
}
