import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { CreateCredential, Credential } from '../../../src/contracts/credential.ts';
import { webSearcherTitles } from '../../../src/contracts/web-search.ts';
import { api } from '../shell/api.ts';
import { problemAt } from '../shell/field.tsx';
import { useFocusBack } from '../shell/use-focus-back.ts';
import { FormEnd } from './form-end.tsx';
import { RemoveKey } from './remove-key.tsx';
import { TextField } from './text-field.tsx';

/** Services whose key is a credential of their name; where it goes, and how. */
export const keyedServices = {
  brave: {
    hosts: ['api.search.brave.com'],
    placement: { as: 'header', header: 'X-Subscription-Token' },
  },
  tavily: { hosts: ['api.tavily.com'], placement: { as: 'bearer' } },
} satisfies Record<string, Pick<CreateCredential, 'hosts' | 'placement'>>;

export type KeyedService = keyof typeof keyedServices;

interface CardProps {
  name: KeyedService;
  /** Undefined: there is none of its name. */
  credential: Credential | undefined;
}

/** The key of one search service, for this workspace. */
export function SearchKeyCard({ name, credential }: CardProps) {
  const [open, setOpen] = useState(false);
  const opener = useFocusBack(open);
  const title = webSearcherTitles[name];
  const close = () => setOpen(false);
  return (
    <section className="card pv" aria-labelledby={`search-${name}`}>
      <div className="row top">
        <span className="grow">
          <h3 id={`search-${name}`}>Key of {title}</h3>
          <span className="ts t2 blk">
            {credential ? `Key ends in ${credential.last4} · entered here` : 'No key of this workspace'}
          </span>
        </span>
        {!open && (
          <>
            {credential && (
              <RemoveKey
                title={title}
                remove={() => api.credentials.remove(credential.id)}
                after="Others search instead."
              />
            )}
            <button ref={opener} type="button" className="btn sm" onClick={() => setOpen(true)}>
              {credential ? 'Replace' : 'Add key'}
              <span className="vh"> of {title}</span>
            </button>
          </>
        )}
      </div>
      {credential?.problem && <p className="ts s-failed">{credential.problem}</p>}
      {open && <KeyForm name={name} credential={credential} close={close} />}
    </section>
  );
}

function KeyForm({ name, credential, close }: CardProps & { close: () => void }) {
  const [secret, setSecret] = useState('');
  const save = useSave({ name, credential, close });
  const problem = problemAt(save.error, '/secret');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(secret.trim());
  };
  return (
    <form
      className="pform"
      aria-label={`Key of ${webSearcherTitles[name]}`}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || save.isPending) return;
        event.preventDefault();
        close();
      }}
    >
      <TextField
        id={`search-key-${name}`}
        label="Key"
        hint={
          credential
            ? `Replaces the one that ends in ${credential.last4}.`
            : 'It is stored encrypted and tried with the first search.'
        }
        problem={problem}
        type="password"
        autoFocus
        required
        value={secret}
        change={setSecret}
      />
      <FormEnd error={problem ? null : save.error} busy={save.isPending} save="Save" close={close} />
    </form>
  );
}

function useSave({ name, credential, close }: CardProps & { close: () => void }) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (secret: string) =>
      credential
        ? api.credentials.update(credential.id, { secret })
        : api.credentials.create({ name, secret, ...keyedServices[name] }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['models', 'search'] });
      close();
    },
  });
}
