import { useInbox } from '../inbox/use-inbox.ts';
import { Icon } from '../icons/icon.tsx';
import { plural } from '../words/format.ts';
import { linkTo } from './router.ts';

const places = [
  { to: '/', icon: 'tasks', title: 'Goals' },
  { to: '/inbox', icon: 'inbox', title: 'Inbox' },
  { to: '/agents', icon: 'agents', title: 'Agents' },
  { to: '/models', icon: 'models', title: 'Models' },
] as const;

interface PlacesProps {
  taskId: string | undefined;
  path: string;
  className?: string;
}

/** Where one can go: beside the page, and under it on a phone. */
export function Places({ taskId, path, className }: PlacesProps) {
  const { count } = useInbox();
  const here = placeOf(path);
  return (
    <ul className={className}>
      {places.map(({ to, icon, title }) => (
        <li key={to}>
          <a
            className="inset"
            {...linkTo(to)} // A goal is its own page, in the place of all of them.
            aria-current={to === here ? (taskId ? 'true' : 'page') : undefined}
          >
            <Icon name={icon} />
            <span className="lbl grow">{title}</span>
            {to === '/inbox' && count > 0 && (
              <span className="count hot tn" title={plural(count, 'thing needs you', 'things need you')}>
                {count}
              </span>
            )}
          </a>
        </li>
      ))}
    </ul>
  );
}

function placeOf(path: string): string {
  if (path.startsWith('/chats/')) return '/agents';
  return places.find(({ to }) => to === path)?.to ?? '/';
}
