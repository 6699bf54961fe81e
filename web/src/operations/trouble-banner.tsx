import { useQuery } from '@tanstack/react-query';
import { Icon } from '../icons/icon.tsx';
import { api } from '../shell/api.ts';
import { troubleOf } from './trouble.ts';

/** The queues are looked at every five seconds; sooner there is nothing new. */
const lookEveryMs = 10_000;

/** Everywhere, while work cannot go on for want of a process: people would wait for it in vain. */
export function TroubleBanner() {
  const { data } = useQuery({
    queryKey: ['operations'],
    queryFn: () => api.operations.status(),
    refetchInterval: lookEveryMs,
    retry: false,
  });
  const trouble = data && troubleOf(data);
  if (!trouble) return null;
  const { what, meanwhile, command } = trouble;
  return (
    <div className="banner warn" role="status">
      <Icon name="warn" small className="s-waiting" />
      <span className="grow">
        <b className="fm">{what}</b> <span className="desk">{meanwhile} </span>Start it:{' '}
        <code>{command}</code>
      </span>
    </div>
  );
}
