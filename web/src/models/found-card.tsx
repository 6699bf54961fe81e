import { useState } from 'react';
import type { FoundServer, Provider } from '../../../src/contracts/provider.ts';
import { plural } from '../words/format.ts';
import { ProviderForm } from './provider-form.tsx';

/** A model server that runs on this machine and is not in use: one press away from being one's own server. */
export function FoundCard({ found, llama }: { found: FoundServer; llama: Provider }) {
  const [open, setOpen] = useState(false);
  const { name, models, add } = found;
  const ids = `found-${name.toLowerCase().replaceAll(/[^a-z]/g, '')}`;
  return (
    <section className="card pv" aria-labelledby={ids}>
      <div className="row top">
        <span className="grow">
          <h3 id={ids}>{name} is running here</h3>
          <span className="ts t2 blk">
            {add.baseUrl} · {models.length === 0 ? 'no model yet' : plural(models.length, 'model')}
            {models.length > 0 && `: ${models.slice(0, 4).join(', ')}${models.length > 4 ? ' …' : ''}`}
          </span>
        </span>
        {!open && (
          <button type="button" className="btn sm" onClick={() => setOpen(true)}>
            Use it
          </button>
        )}
      </div>
      {open && <ProviderForm provider={llama} given={found} close={() => setOpen(false)} />}
    </section>
  );
}
