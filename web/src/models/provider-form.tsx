import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { FoundServer, Provider, SetProvider } from '../../../src/contracts/provider.ts';
import { api } from '../shell/api.ts';
import { problemAt } from '../shell/field.tsx';
import { FitField } from './fit-field.tsx';
import { type FitName, providerWords } from './provider-words.ts';
import { FormEnd } from './form-end.tsx';
import { TextField } from './text-field.tsx';

const places = ['/apiKey', '/baseUrl', '/model', '/fit'];

interface FormProps {
  provider: Provider;
  /** What is known of it already: a server that was found. */
  given?: FoundServer;
  close: () => void;
}

/** The server tries what is entered before it keeps it, so its problems come back to the fields. */
export function ProviderForm({ provider, given, close }: FormProps) {
  const { name } = provider;
  const own = name === 'llama';
  const [values, setValues] = useState(() => ({ ...valuesOf(provider), ...given?.add }));
  const set = (part: Partial<Values>) => setValues({ ...values, ...part });
  const save = useSave(provider, close);
  const at = (pointer: string) => problemAt(save.error, pointer);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(settingsOf(values, own));
  };
  const fields = { provider, models: given?.models ?? [], values, set, at };
  return (
    <form
      className="pform"
      aria-label={`Key of ${providerWords[name].title}`}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || save.isPending) return;
        event.preventDefault();
        close();
      }}
    >
      {own ? <OwnServerFields {...fields} /> : <KeyFields {...fields} />}
      <FormEnd
        error={places.some((place) => at(place) !== undefined) ? null : save.error}
        busy={save.isPending}
        save="Try and save"
        saving="Trying it"
        close={close}
      />
    </form>
  );
}

interface Values {
  apiKey: string;
  baseUrl: string;
  model: string;
  fit: FitName[];
}

function valuesOf({ source, baseUrl, model, fit }: Provider): Values {
  return {
    apiKey: '',
    baseUrl: source === 'stored' ? (baseUrl ?? '') : '',
    model: source === 'stored' ? (model ?? '') : '',
    fit: (fit as FitName[] | null) ?? ['write', 'score'],
  };
}

/** A field that is left empty is not sent at all. */
function settingsOf({ fit, ...texts }: Values, own: boolean): SetProvider {
  const given = Object.entries(texts).flatMap(([name, text]) =>
    text.trim() === '' ? [] : [[name, text.trim()]],
  );
  return { ...Object.fromEntries(given), ...(own ? { fit } : {}) };
}

function useSave({ name }: Provider, close: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (settings: SetProvider) => api.providers.set(name, settings),
    onSuccess: async () => {
      void queries.invalidateQueries({ queryKey: ['models'] });
      void queries.invalidateQueries({ queryKey: ['goals'] });
      await queries.invalidateQueries({ queryKey: ['providers'] });
      close();
    },
  });
}

interface FieldsProps {
  provider: Provider;
  /** That are known to be there. */
  models: string[];
  values: Values;
  set: (part: Partial<Values>) => void;
  at: (pointer: string) => string | undefined;
}

function KeyFields({ provider, values, set, at }: FieldsProps) {
  const { name, last4 } = provider;
  return (
    <>
      <TextField
        id={`${name}-key`}
        label="Key"
        hint={last4 ? `Replaces the one that ends in ${last4}.` : undefined}
        problem={at('/apiKey')}
        type="password"
        autoFocus
        required
        placeholder={providerWords[name].key}
        value={values.apiKey}
        change={(apiKey) => set({ apiKey })}
      />
      <TextField
        id={`${name}-model`}
        label="Model that comes first"
        hint="Empty: the best of the catalogue for each step."
        problem={at('/model')}
        value={values.model}
        change={(model) => set({ model })}
      />
      <details className="more" open={at('/baseUrl') !== undefined || values.baseUrl !== ''}>
        <summary className="ts t2">Through a gateway</summary>
        <TextField
          id={`${name}-url`}
          label="Address of the gateway"
          hint={name === 'anthropic' ? undefined : 'Ends in /v1.'}
          problem={at('/baseUrl')}
          type="url"
          placeholder={providerWords[name].url}
          value={values.baseUrl}
          change={(baseUrl) => set({ baseUrl })}
        />
      </details>
    </>
  );
}

function OwnServerFields({ provider, models, values, set, at }: FieldsProps) {
  const { last4 } = provider;
  return (
    <>
      <TextField
        id="llama-url"
        label="Address"
        hint="As this installation reaches it. Ends in /v1."
        problem={at('/baseUrl')}
        type="url"
        autoFocus
        required
        placeholder={providerWords.llama.url}
        value={values.baseUrl}
        change={(baseUrl) => set({ baseUrl })}
      />
      <TextField
        id="llama-model"
        label="Model"
        hint={models.length > 1 ? `It has ${models.join(', ')}.` : undefined}
        problem={at('/model')}
        placeholder={providerWords.llama.model}
        value={values.model}
        change={(model) => set({ model })}
      />
      <FitField fit={values.fit} setFit={(fit) => set({ fit })} problem={at('/fit')} />
      <TextField
        id="llama-key"
        label="Key"
        hint={last4 ? `Replaces the one that ends in ${last4}.` : 'Only if the server asks for one.'}
        problem={at('/apiKey')}
        type="password"
        value={values.apiKey}
        change={(apiKey) => set({ apiKey })}
      />
    </>
  );
}
