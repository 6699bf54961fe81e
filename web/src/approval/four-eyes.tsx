import type { Approval } from '../../../src/contracts/approval.ts';
import { absolute, clock } from '../words/format.ts';

/** Who has agreed so far, where two people have to. */
export function FourEyes({ approval, me }: { approval: Approval; me: string | undefined }) {
  const { consents, startedBy } = approval;
  const [first] = consents;
  if (startedBy === me)
    return (
      <p className="bd ts t2">
        You gave the goal, or began the run: two other people have to agree.{' '}
        {first ? 'One of them has.' : 'Neither of them has yet.'}
      </p>
    );
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

/** Whoever has agreed cannot be the second one, nor can whoever began what asks. */
export function mayNotAgree({ fourEyes, consents, startedBy }: Approval, me: string | undefined): boolean {
  return fourEyes && (startedBy === me || consents.some(({ by }) => by === me));
}
