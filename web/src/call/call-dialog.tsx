import { useQuery } from '@tanstack/react-query';
import type { ModelView } from '../../../src/contracts/model.ts';
import type { ModelCallView } from '../../../src/contracts/task-views.ts';
import { api } from '../shell/api.ts';
import { Dialog } from '../shell/dialog.tsx';
import { type Figure, Figures } from '../shell/figures.tsx';
import { LoadFailed } from '../shell/load-failed.tsx';
import { count, duration, exactly, missing, money, plural } from '../words/format.ts';
import { Packing } from './packing.tsx';
import { Part } from './part.tsx';
import { Route } from './route.tsx';
import { textOf } from './text-of.ts';

/** A model call opened: what was sent and what came back, word for word, and why it went there. */
export function CallDialog({ callId, close }: { callId: string; close: () => void }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['step', 'call', callId],
    queryFn: () => api.modelCalls.read(callId),
  });
  return (
    <Dialog
      title={`${data && isSearch(data) ? 'Search of the web' : 'Model call'}${data ? `: ${data.purpose}, turn ${data.turn}` : ''}`}
      className="call"
      close={close}
    >
      <div className="scroll call-body" tabIndex={0} role="region" aria-label="The call">
        {data && <Opened call={data} />}
        {!data && error && <LoadFailed what="the model call" error={error} retry={() => void refetch()} />}
        {!data && !error && <span className="sk late" style={{ width: '60%' }} aria-hidden="true" />}
      </div>
    </Dialog>
  );
}

/** A tool call that a model provider carried out. */
function isSearch({ request }: ModelCallView): boolean {
  return (request as { kind?: unknown } | null)?.kind === 'search';
}

function Opened({ call }: { call: ModelCallView }) {
  const { request, messages, reply, error, intact } = call;
  const { system } = (request ?? {}) as { system?: unknown };
  return (
    <>
      <Facts call={call} />
      <Part title="Price">
        <p className="ts t2 tn">
          {priceOf(call.price) ?? 'Not known: its tokens are counted, and no money is booked.'}
        </p>
      </Part>
      {!intact && (
        <p className="ts s-waiting" role="note">
          Something of the record that this was made from is not any more what it was.
        </p>
      )}
      {call.route && <Route route={call.route} />}
      {call.packing && <Packing packing={call.packing} />}
      {typeof system === 'string' && (
        <Part title="System text">
          <pre className="said">{system}</pre>
        </Part>
      )}
      {messages.length > 0 && (
        <Part title="Messages">
          <ol className="grid gap-3">
            {messages.map(({ role, content }, index) => (
              <li key={index}>
                <p className="ts t2 fm">{role}</p>
                <pre className="said">{textOf(content)}</pre>
              </li>
            ))}
          </ol>
        </Part>
      )}
      <Part title="Reply">
        {error ? (
          <p className="s-failed">{error.message}</p>
        ) : (
          <pre className="said">{reply === null ? 'Nothing came back yet.' : textOf(reply)}</pre>
        )}
      </Part>
      <Part title="Request">
        <details>
          <summary className="ts t2">Everything but the messages, as it was kept</summary>
          <pre className="said">{JSON.stringify(request, null, 2)}</pre>
        </details>
      </Part>
    </>
  );
}

function Facts({ call: { tries, waste } }: { call: ModelCallView }) {
  const last = tries.at(-1);
  if (!last) return null;
  const { reasoningTokens, searches } = last;
  const figures: Figure[] = [
    ['Model', `${last.provider}/${last.model}`],
    ['Cost', money(last.usd)],
    ['Took', last.latencyMs === null ? missing : duration(last.latencyMs)],
    ['In', count(last.inputTokens)],
    ['Cached', count(last.cachedInputTokens)],
    ['Out', count(last.outputTokens) + (reasoningTokens > 0 ? `, ${count(reasoningTokens)} reasoning` : '')],
    ['Tries', String(tries.length)],
  ];
  if (searches > 0) figures.push(['Searches', count(searches)]);
  if (waste.tries > 0)
    figures.push(['Wasted', `${plural(waste.tries, 'try', 'tries')}, ${money(waste.usd)}`]);
  return <Figures of={figures} />;
}

/** Null: what a token costs is not known. */
function priceOf(price: unknown): string | null {
  if (typeof price !== 'object' || price === null) return null;
  const { inputPerMTok, cachedInputPerMTok, outputPerMTok, asOf, search } = price as Partial<
    NonNullable<ModelView['prices']> & { search: ModelView['webSearch'] }
  >;
  if (inputPerMTok === undefined || outputPerMTok === undefined) return null;
  if (inputPerMTok === 0 && outputPerMTok === 0) return 'Free.';
  const cached = cachedInputPerMTok === undefined ? '' : `, ${exactly(cachedInputPerMTok)} cached`;
  const searches = search ? `, ${exactly(search.usdPerThousand)} per thousand searches` : '';
  return `${exactly(inputPerMTok)} in${cached}, ${exactly(outputPerMTok)} out per million tokens${searches}${asOf ? `, as of ${asOf}` : ''}.`;
}
