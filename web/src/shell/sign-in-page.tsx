import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { isApiProblem } from '../../../client/index.ts';
import { api, remember } from './api.ts';
import { Mark } from './mark.tsx';
import { linkTo, navigate } from './router.ts';

/** `/sign-in#TOKEN`: what stands after the # never reaches a server's log; it is posted once, then gone from the address. */
export function OpenLink() {
  const queries = useQueryClient();
  const [problem, setProblem] = useState<string | null>(null);
  const opened = useRef(false);
  useEffect(() => {
    if (opened.current) return; // a link works once, and effects may run twice
    opened.current = true;
    const token = decodeURIComponent(location.hash.slice(1));
    api.session.open(token).then(
      (session) => {
        queries.setQueryData(['session'], remember(session));
        navigate(placeAfter(location.search), { replace: true });
      },
      (error: unknown) =>
        setProblem(isApiProblem(error) ? error.message : 'This sign-in link could not be read.'),
    );
  }, [queries]);
  if (problem === null) {
    return (
      <Plain title="Signing in">
        <p className="t2" role="status">
          Opening your link.
        </p>
      </Plain>
    );
  }
  return (
    <Plain title="This link does not work any more">
      <p className="t2" role="alert">
        {problem}
      </p>
      <HowTo />
    </Plain>
  );
}

/** `?to=/inbox…`: where a link leads; only places of this page. */
function placeAfter(search: string): string {
  const to = new URLSearchParams(search).get('to') ?? '/';
  return /^\/(?![/\\])/.test(to) ? to : '/';
}

export function SignInPage({ signedIn }: { signedIn: boolean }) {
  return (
    <Plain title={signedIn ? 'You are signed in' : 'Sign in'}>
      {signedIn ? (
        <p>
          <a className="btn pri" {...linkTo('/')}>
            Go to goals
          </a>
        </p>
      ) : (
        <>
          <p className="t2">
            This browser is not signed in, or its session has ended. Your work goes on without it.
          </p>
          <HowTo />
        </>
      )}
    </Plain>
  );
}

function HowTo() {
  return (
    <>
      <p className="t2">On the machine that runs Adjutant, in its folder, run:</p>
      <pre className="code">npm start</pre>
      <p className="t2">
        It prints a new one-time link, also while Adjutant is running already. Open that link in this browser.
      </p>
    </>
  );
}

function Plain({ title, children }: { title: string; children: React.ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Adjutant`;
  }, [title]);
  return (
    <main className="plain" id="main">
      <div className="plain-in">
        <p className="row fs">
          <Mark />
          Adjutant
        </p>
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
