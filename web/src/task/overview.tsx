import type { Forecast } from '../../../src/contracts/forecast.ts';
import type { TaskTree } from '../../../src/contracts/task.ts';
import { range } from '../home/launch.tsx';
import { AgentTile } from '../icons/agent-tile.tsx';
import { Icon, iconOfFile } from '../icons/icon.tsx';
import { Status } from '../icons/status.tsx';
import { linkTo } from '../shell/router.ts';
import { count, duration, missing, money, percent, plural, tokensOf } from '../words/format.ts';
import { isOver, lookOf } from '../words/status-words.ts';
import { type AgentCost, costsByAgent } from './agent-costs.ts';
import { type PlanRow, countSteps, isDone, leaves, titleOf } from './plan-rows.ts';
import { addressOf } from './address.ts';
import { workTime } from './work-time.ts';

interface OverviewProps {
  tree: TaskTree;
  rows: PlanRow[];
  now: number;
}

export function Overview({ tree, rows, now }: OverviewProps) {
  const { task } = tree;
  return (
    <aside className="side scroll desk" tabIndex={0} aria-label="Overview">
      {rows.length > 0 && <Progress taskId={task.id} rows={rows} now={now} />}
      {task.files.length > 0 && (
        <section className="sec">
          <h2>Files</h2>
          <ul className="fl">
            {task.files.map(({ id, name, status }) => (
              <li key={id}>
                <Icon name={iconOfFile(name)} />
                <a className="ell grow" href={`/api/v2/files/${id}/content`} target="_blank" rel="noreferrer">
                  {name}
                </a>
                <span className={`ts nw ${status === 'failed' ? 's-failed' : 't3'}`}>{status}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <CostSection tree={tree} />
    </aside>
  );
}

/** From here on the strip has no room between its parts. */
const manySteps = 50;
/** Of each kind; the plan has all. */
const namedSteps = 6;

function Progress({ taskId, rows, now }: { taskId: string; rows: PlanRow[]; now: number }) {
  const steps = leaves(rows);
  const said = (statuses: string[]) => steps.filter(({ step }) => statuses.includes(step.status));
  const lines = [
    { label: 'Now', found: said(['in_progress', 'assigned']) },
    { label: 'Blocked', found: said(['waiting']) },
    { label: 'Failed', found: said(['failed']) },
    // After a failure nothing comes next until somebody retries.
    { label: 'Next', found: said(['failed']).length > 0 ? [] : said(['pending']).slice(0, 1) },
  ].filter(({ found }) => found.length > 0);
  return (
    <section className="sec">
      <h2>
        Progress
        <span className="grow" />
        <span className="t3 ts tn">
          {steps.filter(isDone).length} of {countSteps(rows)}
        </span>
      </h2>
      <div
        className={`strip${steps.length > manySteps ? ' many' : ''}`}
        role="img"
        aria-label={counted(steps)}
      >
        {steps.map((row) => (
          <i
            key={row.path}
            className={lookOf(row.step.status).icon}
            style={{ flex: Math.max(1000, workTime(row, now) ?? 3000) }}
          />
        ))}
      </div>
      {lines.length > 0 && (
        <dl className="kv ts">
          {lines.map(({ label, found }) => (
            <div key={label} className="contents">
              <dt>{label}</dt>
              <dd className="grid gap-1">
                {found.slice(0, namedSteps).map((row) => (
                  <a key={row.path} className="min-w-0" {...linkTo(addressOf(taskId, row.path))}>
                    <Status status={row.step.status}>
                      <span className="ell">{titleOf(row)}</span>
                    </Status>
                  </a>
                ))}
                {found.length > namedSteps && (
                  <span className="t3 tn">
                    and {(found.length - namedSteps).toLocaleString('en-US')} more
                  </span>
                )}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function counted(steps: PlanRow[]): string {
  const counts = new Map<string, number>();
  for (const { step } of steps) {
    const word = lookOf(step.status).word.toLowerCase();
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return `${plural(steps.length, 'step')}: ${[...counts].map(([word, n]) => `${n} ${word}`).join(', ')}`;
}

function CostSection({ tree }: { tree: TaskTree }) {
  const { treeCost, forecast } = tree.task;
  const limit = tree.task.budget?.limitUsd ?? null;
  const agents = costsByAgent(tree);
  const most = Math.max(...agents.map(shareOf), 0);
  return (
    <section className="sec">
      <h2>Cost</h2>
      <div className="row big">
        <span className="amt tn">{money(treeCost.usd)}</span>
        <span className="t3 ts">
          {treeCost.usd === null
            ? 'a model’s price is not known'
            : isOver(tree.task.status)
              ? 'all steps'
              : 'so far, all steps'}
          {limit !== null && `, of ${money(limit)}`}
        </span>
      </div>
      {forecast && (
        <p className="ts t2 mb-2">
          {expected(forecast)}
          <span className="t3">{forecast.basis.text}</span>
        </p>
      )}
      <ul className="ts cbs">
        {agents.map((line) => (
          <li className="cb" key={line.agent.id}>
            <AgentTile agent={line.agent} small />
            <span className="ell grow">{line.agent.name}</span>
            <span className="bt" aria-hidden="true">
              <i style={{ width: most === 0 ? 0 : `${(shareOf(line) / most) * 100}%` }} />
            </span>
            <span className="num">{money(line.usd)}</span>
          </li>
        ))}
      </ul>
      <dl className="kv ts tok">
        <dt>Tokens</dt>
        <dd className="num">{count(tokensOf(treeCost))}</dd>
        <dt>Cached input</dt>
        <dd className="num">
          {treeCost.inputTokens === 0 ? missing : percent(treeCost.cachedInputTokens, treeCost.inputTokens)}
        </dd>
        <dt>Model calls</dt>
        <dd className="num">{treeCost.calls}</dd>
      </dl>
    </section>
  );
}

/** What was expected when the goal was given, as far as it could be told. */
function expected({ usd, seconds }: Forecast): string {
  const parts = [
    usd ? range(usd, money) : '',
    seconds ? range(seconds, (value) => duration(value * 1000)) : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `Expected ${parts.join(', ')}. `;
}

/** Where money says nothing (a free or unpriced model), tokens say who worked. */
function shareOf({ usd, tokens }: AgentCost): number {
  return usd !== null && usd > 0 ? usd * 1e9 : tokens;
}
