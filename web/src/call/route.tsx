import type { ModelCallView } from '../../../src/contracts/task-views.ts';
import { missing } from '../words/format.ts';
import { Part } from './part.tsx';

type ModelRoute = NonNullable<ModelCallView['route']>;

/** Parts of a model's score, each from 0 (bad) to 1 (good); older calls lack them. */
const parts = ['success', 'cost', 'speed', 'preference'] as const;

/** Why the call went to this model: who else could have done it, with what counted, and who could not. */
export function Route({ route: { reason, candidates, rejected } }: { route: ModelRoute }) {
  const scored = candidates.map(scoredOf);
  return (
    <Part title="Why this model">
      <p className="ts t2 mb-2">{reason}</p>
      {scored.length > 1 && (
        <div className="x-scroll" tabIndex={0} role="region" aria-label="Candidates">
          <table className="why ts">
            <caption className="vh">Models that could have done it, the chosen one first</caption>
            <thead>
              <tr>
                <th scope="col">Model</th>
                {parts.map((part) => (
                  <th key={part} scope="col">
                    {part.charAt(0).toUpperCase() + part.slice(1)}
                  </th>
                ))}
                <th scope="col">Score</th>
              </tr>
            </thead>
            <tbody>
              {scored.map(({ name, score, of }, index) => (
                <tr key={name}>
                  <th scope="row" className={index === 0 ? 'fm' : ''}>
                    {name}
                  </th>
                  {parts.map((part) => (
                    <td key={part}>{two(of[part])}</td>
                  ))}
                  <td>{two(score)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rejected.map(({ provider, model, why }) => (
        <p key={`${provider}/${model}`} className="ts t3 mt-1">
          {provider}/{model}: {why}
        </p>
      ))}
    </Part>
  );
}

interface Scored {
  name: string;
  score: unknown;
  of: Record<string, unknown>;
}

function scoredOf({ provider, model, score, parts: of }: ModelRoute['candidates'][number]): Scored {
  const known = typeof of === 'object' && of !== null ? (of as Record<string, unknown>) : {};
  return { name: `${provider}/${model}`, score, of: known };
}

function two(value: unknown): string {
  return typeof value === 'number' ? value.toFixed(2) : missing;
}
