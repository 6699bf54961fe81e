import type { Approval } from '../../../src/contracts/approval.ts';
import { absolute, clock } from '../words/format.ts';

/** Who has agreed so far, where two people have to. */
export function FourEyes({ approval: { consents }, me }: { approval: Approval; me: string | undefined }) {
  const [first] = consents;
  return (
    <p className="bd ts t2">
      Two people agree, neither of whom gave the goal.{' '}
      {first ? (
        <>
          <b className="fm">{first.by === me ? 'You have' : 'One person has'} agreed</b> at{' '}
          <time className="tn" dateTime={first.at} title={absolute(first.at)}>
            {clock(first.at)}
          </time>
          ; {first.by === me ? 'another person is' : 'you, or somebody else, are'} the second.
        </>
      ) : (
        'Nobody has agreed yet.'
      )}
    </p>
  );
}

/** Whoever has agreed cannot be the second one. */
export function hasAgreed({ consents }: Approval, me: string | undefined): boolean {
  return consents.some(({ by }) => by === me);
}
