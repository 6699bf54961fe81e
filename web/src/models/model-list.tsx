import type { ModelView } from '../../../src/contracts/model.ts';
import { Icon } from '../icons/icon.tsx';
import { titleOf } from './provider-words.ts';
import { count, exactly, missing } from '../words/format.ts';

export function ModelList({ models }: { models: ModelView[] }) {
  if (models.length === 0) {
    return (
      <div className="card empty">
        <Icon name="models" />
        <h3>No models yet</h3>
        <p>Add a key above. Until then goals wait, at no cost.</p>
      </div>
    );
  }
  return (
    <ul className="card">
      {models.map((model) => (
        <li key={`${model.provider}/${model.id}`}>
          <ModelRow model={model} />
        </li>
      ))}
    </ul>
  );
}

const health = { true: '', false: 'off', null: 'wait' } as const;
const said = { true: 'Answers', false: 'Does not answer', null: 'Not tried yet' } as const;

function ModelRow({ model }: { model: ModelView }) {
  const { id, provider, contextTokens, fit, prices, healthy, problem } = model;
  const state = String(healthy) as keyof typeof health;
  return (
    <div className="sr mdl">
      <span className={`dot ${health[state]}`} role="img" aria-label={said[state]} title={said[state]} />
      <span className="grow">
        <span className="fm blk ell">{id}</span>
        <span className="ts t3 blk ell">
          {[
            titleOf(provider),
            `${count(contextTokens)} tokens of context`,
            healthy === false ? 'does not answer' : '',
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
        <span className="ts t3 blk">{aboutCalls(model)}</span>
        {problem && <span className="ts s-waiting blk">{problem}</span>}
      </span>
      <span className="row wrap">
        {fit.map((name) => (
          <span key={name} className="tag">
            {name === 'json' ? 'JSON' : name}
          </span>
        ))}
      </span>
      <span
        className="ts t2 num price"
        title={prices ? `US dollars per million tokens, in and out, as of ${prices.asOf}` : 'Price not known'}
      >
        {prices ? priceOf(prices) : missing}
      </span>
    </div>
  );
}

/** How its calls are counted and held back. */
function aboutCalls({ tokenizer, webSearch, stallSeconds, ...limits }: ModelView): string {
  const { requestsPerMinute, tokensPerMinute } = limits;
  const most = [
    requestsPerMinute === null ? '' : `${count(requestsPerMinute)} requests`,
    tokensPerMinute === null ? '' : `${count(tokensPerMinute)} tokens`,
  ].filter(Boolean);
  return [
    tokenizer === null ? 'Prompts estimated' : `Prompts counted with ${tokenizer}`,
    most.length > 0 ? `at most ${most.join(' and ')} a minute` : '',
    `broken off after ${stallSeconds} s of silence`,
    webSearch ? `searches the web for ${exactly(webSearch.usdPerThousand)} per 1,000` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

function priceOf({ inputPerMTok, outputPerMTok }: NonNullable<ModelView['prices']>): string {
  if (inputPerMTok === 0 && outputPerMTok === 0) return 'free';
  return `${exactly(inputPerMTok)} in, ${exactly(outputPerMTok)} out / M`;
}
