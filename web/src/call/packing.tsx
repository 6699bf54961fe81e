import type { ModelCallView } from '../../../src/contracts/task-views.ts';
import { count } from '../words/format.ts';
import { Part } from './part.tsx';

/** What was told to the model and what did not fit, in tokens. */
export function Packing({ packing }: { packing: NonNullable<ModelCallView['packing']> }) {
  const { room, total, counter, reported, kept, left } = packing;
  return (
    <Part title="What fitted">
      <p className="ts t2 tn">
        {count(total)} of {count(room)} tokens,{' '}
        {counter === 'estimate' ? 'estimated' : `counted with ${counter}`}
        {reported !== null && `; the provider counted ${count(reported)}`}.
        {left.length === 0 && ' Everything was told.'}
      </p>
      <table className="why ts">
        <caption className="vh">Parts of the prompt</caption>
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col">Tokens</th>
            <th scope="col">Told</th>
          </tr>
        </thead>
        <tbody>
          {kept.map(({ id, tokens, cut }) => (
            <tr key={id}>
              <th scope="row">
                <span className="ell">{nameOf(id)}</span>
              </th>
              <td>{count(tokens)}</td>
              <td>{cut ? 'in part' : 'yes'}</td>
            </tr>
          ))}
          {left.map(({ id, tokens, why }) => (
            <tr key={id} className="t3">
              <th scope="row">
                <span className="ell">{nameOf(id)}</span>
              </th>
              <td>{count(tokens)}</td>
              <td>no: {why}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Part>
  );
}

/** Parts have ids of their own; those of messages are their places in the transcript. */
function nameOf(id: string): string {
  const named = { system: 'Instructions', tools: 'Tools', summary: 'Summary of what was earlier' }[id];
  return named ?? id.replace(/^entry (?=\d)/, 'Message ').replace(/^entries (?=\d)/, 'Messages ');
}
