import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import type { ModelView } from '../../../src/contracts/model.ts';
import { Icon } from '../icons/icon.tsx';
import { api } from '../shell/api.ts';

function useModels() {
  return useQuery({
    queryKey: ['models'],
    queryFn: () => api.models.list(),
    staleTime: 30_000,
    refetchInterval: 60_000,
  });
}

/** True when nothing here may plan or write: then only the built-in model is there, which scores and quotes. */
export function onlyBuiltIn(models: ModelView[]): boolean {
  return models.length > 0 && !models.some(({ fit }) => fit.includes('plan') || fit.includes('write'));
}

export function ModelBanner() {
  const { data } = useModels();
  const dialog = useRef<HTMLDialogElement>(null);
  if (!data || (data.items.length > 0 && !onlyBuiltIn(data.items))) return null;
  const none = data.items.length === 0;
  return (
    <div className={`banner${none ? ' warn' : ''}`} role="status">
      <Icon name={none ? 'warn' : 'info'} small />
      <span className="grow">
        {none ? (
          <>
            <b className="fm">No model is configured.</b> Goals wait until one is.
          </>
        ) : (
          <>
            <b className="fm">The built-in model is for trying things out.</b>
            <span className="desk">
              {' '}
              It quotes from your files and follows saved workflows; it does not plan or write freely.
            </span>
          </>
        )}
      </span>
      <button type="button" className="btn sm" onClick={() => dialog.current?.showModal()}>
        Add a model
      </button>
      <HowToAdd dialog={dialog} />
    </div>
  );
}

function HowToAdd({ dialog }: { dialog: React.RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="add-model">
      <div className="row hd2">
        <h2 id="add-model" className="grow">
          Add a model
        </h2>
        <button
          type="button"
          className="btn icon ghost sm"
          aria-label="Close"
          onClick={() => dialog.current?.close()}
        >
          <Icon name="x" />
        </button>
      </div>
      <p>Stop Adjutant with Ctrl-C and start it again with one of these. Unfinished goals go on.</p>
      <p className="fm">A key</p>
      <pre className="code">{'OPENAI_API_KEY=… npm start\nANTHROPIC_API_KEY=… npm start'}</pre>
      <p className="fm">A larger model on this machine, as a GGUF file</p>
      <pre className="code">LLAMA_MODEL=/path/to/model.gguf npm start</pre>
      <p className="fm">A server that speaks OpenAI’s protocol (llama.cpp, Ollama, vLLM)</p>
      <pre className="code">
        {
          'LLAMA_BASE_URL=http://127.0.0.1:11434/v1 LLAMA_MODEL=llama3.3:70b \\\n  LLAMA_FIT=plan,tools,json,write npm start'
        }
      </pre>
    </dialog>
  );
}

export function ModelNote() {
  const { data } = useModels();
  if (!data || data.items.length === 0) return null;
  if (onlyBuiltIn(data.items)) {
    return (
      <span className="ts t2 row nw">
        <span className="dot" style={{ background: 'var(--c5)' }} />
        Built-in model<span className="t3 desk">offline, free</span>
      </span>
    );
  }
  const sick = data.items.filter(({ healthy }) => healthy === false);
  const providers = [
    ...new Set(data.items.filter(({ fit }) => fit.includes('write')).map(({ provider }) => provider)),
  ];
  return (
    <span className="ts t2 row nw" title={data.items.map(({ id }) => id).join(', ')}>
      <span className={`dot${sick.length > 0 ? ' wait' : ''}`} />
      <span className="ell">{providers.join(', ')}</span>
      {sick.length > 0 && <span className="t3 desk">{sick[0]?.provider} does not answer</span>}
    </span>
  );
}
