import { type ReactNode, useId } from 'react';
import type { Forecast } from '../../../src/contracts/forecast.ts';
import { problemAt } from '../shell/field.tsx';
import { duration, money } from '../words/format.ts';

export interface LaunchProps {
  /** What is typed; empty: the workspace's usual limit. */
  limit: string;
  setLimit: (limit: string) => void;
  planFirst: boolean;
  setPlanFirst: (planFirst: boolean) => void;
  forecast: Forecast | undefined;
  error: Error | null;
}

/** What a goal may cost, what it is going to cost, and whether its plan is shown before it starts. */
export function Launch({ limit, setLimit, planFirst, setPlanFirst, forecast, error }: LaunchProps) {
  const ids = useId();
  const usual = forecast?.limit.usd;
  const problem = limitProblem(limit) ?? problemAt(error, '/budget/usd');
  return (
    <fieldset className="launch ts" aria-label="Limits">
      <span className="row">
        <label htmlFor={`${ids}limit`} className="t2">
          Limit $
        </label>
        <input
          id={`${ids}limit`}
          className="inp sm num"
          inputMode="decimal"
          value={limit}
          placeholder={usual === null ? 'none' : (usual ?? 5).toFixed(2)}
          aria-invalid={problem ? true : undefined}
          aria-describedby={`${ids}about`}
          onChange={({ target }) => setLimit(target.value.trim())}
        />
      </span>
      <label className="row">
        <input type="checkbox" checked={planFirst} onChange={({ target }) => setPlanFirst(target.checked)} />
        Show me the plan first
      </label>
      <p id={`${ids}about`} className="grow" aria-live="polite">
        {problem ? <span className="s-failed">{problem}</span> : <Expected forecast={forecast} />}
      </p>
    </fieldset>
  );
}

/** Null when it can be sent. */
export function limitProblem(limit: string): string | null {
  if (limit === '') return null;
  const usd = Number(limit);
  if (!Number.isFinite(usd) || usd < 0) return 'The limit is an amount in dollars, such as 2.50';
  return usd > 1_000_000 ? 'At most $1,000,000' : null;
}

function Expected({ forecast }: { forecast: Forecast | undefined }): ReactNode {
  if (!forecast) return null;
  const { usd, seconds, basis, warning } = forecast;
  if (warning) return <span className="s-waiting">{warning}</span>;
  if (!usd && !seconds) return <span className="t3">{basis.text}</span>;
  return (
    <span className="t2" title={basis.text}>
      Expected {usd ? range(usd, money) : 'at a price that is not known'}
      {seconds && `, ${range(seconds, (value) => duration(value * 1000))}`}{' '}
      <span className="t3">{basis.text}</span>
    </span>
  );
}

export function range({ low, high }: { low: number; high: number }, show: (value: number) => string): string {
  const [from, to] = [show(low), show(high)];
  return from === to ? from : `${from} to ${to}`;
}
