import { Icon } from '../icons/icon.tsx';
import { linkTo } from '../shell/router.ts';
import { titleOf } from './provider-words.ts';
import { onlyBuiltIn, useModels } from './use-models.ts';

export function ModelBanner() {
  const { data } = useModels();
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
      <a className="btn sm" {...linkTo('/models')}>
        Add a model
      </a>
    </div>
  );
}

/** Who answers now, in the head of the Goals page; it leads to the models. */
export function ModelNote() {
  const { data } = useModels();
  if (!data || data.items.length === 0) return null;
  const sick = data.items.filter(({ healthy }) => healthy === false);
  const providers = [
    ...new Set(data.items.filter(({ fit }) => fit.includes('write')).map(({ provider }) => provider)),
  ];
  const builtIn = onlyBuiltIn(data.items);
  return (
    <a className="btn sm ghost note" {...linkTo('/models')} title={data.items.map(({ id }) => id).join(', ')}>
      {builtIn ? (
        <>
          <span className="dot" style={{ background: 'var(--c5)' }} />
          Built-in model<span className="t3 desk">on this machine, free</span>
        </>
      ) : (
        <>
          <span className={`dot${sick.length > 0 ? ' wait' : ''}`} />
          <span className="ell">{providers.map(titleOf).join(', ')}</span>
          {sick.length > 0 && (
            <span className="t3 desk">{titleOf(sick[0]?.provider ?? '')} does not answer</span>
          )}
        </>
      )}
    </a>
  );
}
