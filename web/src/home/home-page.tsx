import { useEffect, useState } from 'react';
import { ThemeButton } from '../shell/shell.tsx';
import { Composer } from './composer.tsx';
import { GoalList } from './goal-list.tsx';
import { ModelBanner, ModelNote } from '../models/model-banner.tsx';
import { fewGoals, mostGoals, useGoals } from './use-goals.ts';

export function HomePage({ mayAct, found }: { mayAct: boolean; found: boolean }) {
  const [size, setSize] = useState(fewGoals);
  const goals = useGoals(size);
  const first = goals.data?.items.length === 0;
  useEffect(() => {
    document.title = 'Goals · Adjutant';
  }, []);
  return (
    <>
      <ModelBanner />
      <header className="bar">
        <h1>Goals</h1>
        <span className="grow" />
        <ModelNote />
        <ThemeButton className="phone" />
      </header>
      <div className="scroll grow fr" tabIndex={0} role="region" aria-label="Start">
        <div className="fc">
          {!found && (
            <p className="t2" role="alert">
              There is no page at this address. These are the goals.
            </p>
          )}
          <section className="hero" aria-labelledby="hero">
            <h2 id="hero">{first ? 'What should the team do first?' : 'What should the team do?'}</h2>
            <p className="t2">
              Write a goal and drop the files. The Chief of Staff plans it, gives each step to an agent and
              brings the result.
            </p>
            {mayAct ? (
              <Composer />
            ) : (
              <p className="t2">Viewers see the work; operators and owners start it.</p>
            )}
          </section>
          <GoalList goals={goals} more={size < mostGoals ? () => setSize(mostGoals) : null} />
          <p className="ts t3 help">
            <kbd className="kbd">C</kbd> writes a goal · <kbd className="kbd">?</kbd> shows every key ·{' '}
            <a className="link" href="/docs">
              API reference
            </a>
          </p>
        </div>
      </div>
    </>
  );
}
