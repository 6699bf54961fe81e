import { useState } from 'react';
import type { Provider } from '../../../src/contracts/provider.ts';
import { StatusIcon } from '../icons/status.tsx';
import { api } from '../shell/api.ts';
import { useFocusBack } from '../shell/use-focus-back.ts';
import { clock } from '../words/format.ts';
import { ProviderForm } from './provider-form.tsx';
import { aboutKey, isBuiltIn, providerWords } from './provider-words.ts';
import { RemoveKey } from './remove-key.tsx';

export function ProviderCard({ provider }: { provider: Provider }) {
  const { name, source, problem, model, outages } = provider;
  const [open, setOpen] = useState(false);
  const opener = useFocusBack(open);
  const close = () => setOpen(false);
  const builtIn = isBuiltIn(provider);
  const there = source !== null && !builtIn && problem === null && outages.length === 0;
  const verb = source === null || builtIn ? (name === 'llama' ? 'Add server' : 'Add key') : 'Replace';
  return (
    <section className="card pv" aria-labelledby={`provider-${name}`}>
      <div className="row top">
        <span className="grow">
          <span className="row">
            <h3 id={`provider-${name}`}>{providerWords[name].title}</h3>
            {there && (
              <span className="st s-completed ts">
                <StatusIcon status="completed" silent />
                Ready
              </span>
            )}
          </span>
          <span className="ts t2 blk">{aboutKey(provider)}</span>
          {model && (
            <span className="ts t3 blk">
              {builtIn
                ? `Until then the built-in server runs ${fileOf(model)}.`
                : `${fileOf(model)} comes first`}
            </span>
          )}
        </span>
        {!open && (
          <>
            {source === 'stored' || problem !== null ? (
              <RemoveKey title={providerWords[name].title} remove={() => api.providers.remove(name)} />
            ) : null}
            <button ref={opener} type="button" className="btn sm" onClick={() => setOpen(true)}>
              {verb}
              <span className="vh"> of {providerWords[name].title}</span>
            </button>
          </>
        )}
      </div>
      {problem && <p className="ts s-failed">{problem}</p>}
      {outages.map((outage) => (
        <p key={outage.model} className="row ts s-waiting">
          <StatusIcon status="waiting" silent />
          <span>
            {outage.model} is out of service: {outage.reason} It is tried again at {clock(outage.nextProbeAt)}
            .
          </span>
        </p>
      ))}
      {open && <ProviderForm provider={provider} close={close} />}
    </section>
  );
}

function fileOf(model: string): string {
  return model.split(/[\\/]/).at(-1) ?? model;
}
