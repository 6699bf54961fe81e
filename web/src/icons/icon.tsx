import { type IconName, shapes } from './shapes.tsx';

/** Decoration beside a word; the word or the button's label says what it means. */
export function Icon({ name, small, className }: { name: IconName; small?: boolean; className?: string }) {
  const classes = ['ico', small ? 's14' : '', className ?? ''].filter(Boolean).join(' ');
  return (
    <svg className={classes} viewBox="0 0 16 16" aria-hidden="true">
      {shapes[name]}
    </svg>
  );
}

export function iconOfFile(name: string): IconName {
  return /\.(csv|tsv|xlsx?)$/i.test(name) ? 'sheet' : 'doc';
}
