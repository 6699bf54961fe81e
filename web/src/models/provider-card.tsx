import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Provider } from '../../../src/contracts/provider.ts';
import { StatusIcon } from '../icons/status.tsx';
import { api } from '../shell/api.ts';
import { clock } from '../words/format.ts';
import { ProviderForm } from './provider-form.tsx';
import { aboutKey, isBuiltIn, providerWords } from './provider-words.ts';

export function ProviderCard({ provider }: { provider: Provider }) {
  const { name, source, problem, model, outages } = provider;
  const [open, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    // Only when it is drawn again can it take the focus back.
    requestAnimationFrame(() => opener.current?.focus());
  };
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
            {source === 'stored' || problem !== null ? <RemoveKey provider={provider} /> : null}
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

/** Asks in place. Goals that need the key will wait, nothing fails. */
function RemoveKey({ provider: { name } }: { provider: Provider }) {
  const [asking, setAsking] = useState(false);
  const keep = useRef<HTMLButtonElement>(null);
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => api.providers.remove(name),
    onSuccess: () => setAsking(false),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ['models'] });
      return queries.invalidateQueries({ queryKey: ['providers'] });
    },
  });
  useEffect(() => {
    if (asking) keep.current?.focus();
  }, [asking]);
  if (!asking) {
    return (
      <button type="button" className="btn sm ghost" onClick={() => setAsking(true)}>
        Remove<span className="vh"> {providerWords[name].title}</span>
      </button>
    );
  }
  return (
    <div
      className="ask"
      role="group"
      aria-label={`Remove the key of ${providerWords[name].title}?`}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setAsking(false);
      }}
    >
      {remove.error ? (
        <span className="s-failed ts" role="alert">
          {remove.error.message}
        </span>
      ) : (
        <span className="t2 ts desk">What needs it will wait.</span>
      )}
      <button
        type="button"
        className="btn sm danger"
        disabled={remove.isPending}
        onClick={() => remove.mutate()}
      >
        {remove.isPending ? 'Removing' : 'Remove key'}
      </button>
      <button ref={keep} type="button" className="btn sm ghost" onClick={() => setAsking(false)}>
        Keep
      </button>
    </div>
  );
}
