import type { ReactNode } from 'react';
import { type AnyStatus, lookOf } from '../words/status-words.ts';

const line = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.5 } as const;
const mark = { fill: 'none', stroke: 'var(--surface)', strokeWidth: 1.5, strokeLinecap: 'round' } as const;
const disc = <circle cx="7" cy="7" r="6.4" fill="currentColor" />;
const ring = <circle cx="7" cy="7" r="5.6" {...line} />;

const drawings: Record<ReturnType<typeof lookOf>['icon'], ReactNode> = {
  pending: <circle cx="7" cy="7" r="5.6" {...line} strokeDasharray="2 1.92" />,
  assigned: (
    <>
      {ring}
      <circle cx="7" cy="7" r="2" fill="currentColor" />
    </>
  ),
  progress: (
    <>
      <circle cx="7" cy="7" r="5.6" {...line} opacity=".3" />
      <path
        className="spin"
        d="M7 1.4A5.6 5.6 0 0 1 12.6 7"
        {...line}
        strokeWidth="1.7"
        strokeLinecap="round"
      />
      <circle cx="7" cy="7" r="2" fill="currentColor" />
    </>
  ),
  waiting: (
    <>
      {disc}
      <path d="M5.4 4.7v4.6M8.6 4.7v4.6" {...mark} />
    </>
  ),
  completed: (
    <>
      {disc}
      <path d="m4.3 7.2 1.9 1.9 3.6-3.9" {...mark} strokeLinejoin="round" />
    </>
  ),
  failed: (
    <>
      {disc}
      <path d="m4.9 4.9 4.2 4.2M9.1 4.9 4.9 9.1" {...mark} />
    </>
  ),
  cancelled: (
    <>
      {ring}
      <path d="M3.2 10.8 10.8 3.2" {...line} />
    </>
  ),
  nottaken: <path d="M1.5 7h2.3M5.9 7h2.3M10.3 7h2.3" {...line} strokeLinecap="round" />,
};

/** The icon alone, where the row says the rest; it carries the word as its name unless the word stands beside it. */
export function StatusIcon({ status, silent }: { status: AnyStatus; silent?: boolean }) {
  const { word, tone, icon } = lookOf(status);
  const named = silent ? { 'aria-hidden': true } : { role: 'img', 'aria-label': word };
  return (
    <svg className={`si s-${tone}`} viewBox="0 0 14 14" {...named}>
      {drawings[icon]}
    </svg>
  );
}

export function Status({
  status,
  filled,
  children,
}: {
  status: AnyStatus;
  filled?: boolean;
  children?: ReactNode;
}) {
  const { word, tone } = lookOf(status);
  return (
    <span className={`st s-${tone}${filled ? ' fill' : ''}`}>
      <StatusIcon status={status} silent />
      {children ?? word}
    </span>
  );
}
