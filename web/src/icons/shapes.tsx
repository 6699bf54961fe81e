import type { ReactNode } from 'react';

/** Line icons on a 16 px grid, drawn with the text's colour. */
export const shapes = {
  tasks: <path d="m2.5 4 1.2 1.2L6 3M2.5 11 3.7 12.2 6 10M8.5 4.2h5M8.5 11.2h5" />,
  runs: (
    <>
      <circle cx="4" cy="3.8" r="1.6" />
      <circle cx="4" cy="12.2" r="1.6" />
      <circle cx="12" cy="8" r="1.6" />
      <path d="M4 5.4v5.2M4 7.5c0 .5 3 .5 6.4.5" />
    </>
  ),
  agents: (
    <>
      <rect x="3" y="5" width="10" height="8" rx="2" />
      <path d="M8 5V2.5M1.5 8.5v2M14.5 8.5v2M6.2 8.5v1M9.8 8.5v1" />
    </>
  ),
  chat: <path d="M2.5 12.8V4A1.5 1.5 0 0 1 4 2.5h8A1.5 1.5 0 0 1 13.5 4v5.5A1.5 1.5 0 0 1 12 11H5.3z" />,
  edit: (
    <path d="M9.8 3.8 3 10.6V13h2.4l6.8-6.8zM8.6 5 11 7.4M9.8 3.8l.9-.9a1.3 1.3 0 0 1 1.9 0l.5.5a1.3 1.3 0 0 1 0 1.9l-.9.9" />
  ),
  stop: <rect x="4" y="4" width="8" height="8" rx="1.5" fill="currentColor" stroke="none" />,
  theme: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 2.5v11" />
      <path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" stroke="none" />
    </>
  ),
  help: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M6.3 6.2a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.9.7-.9 1.3M8 11.3v.1" />
    </>
  ),
  pause: <path d="M5.5 3.5v9M10.5 3.5v9" />,
  play: <path d="M5 3.2v9.6L12.6 8z" />,
  inbox: <path d="M2.5 9.5 4.3 3h7.4l1.8 6.5v3.5h-11zM2.5 9.5H6a2 2 0 0 0 4 0h3.5" />,
  models: (
    <>
      <rect x="4" y="4" width="8" height="8" rx="1.5" />
      <path d="M6.5 1.8V4M9.5 1.8V4M6.5 12v2.2M9.5 12v2.2M1.8 6.5H4M1.8 9.5H4M12 6.5h2.2M12 9.5h2.2" />
    </>
  ),
  clock: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 4.8V8l2.2 1.6" />
    </>
  ),
  plus: <path d="M8 3v10M3 8h10" />,
  x: <path d="m4 4 8 8M12 4l-8 8" />,
  up: <path d="m4 10 4-4 4 4" />,
  down: <path d="m4 6 4 4 4-4" />,
  right: <path d="m6 4 4 4-4 4" />,
  left: <path d="m10 4-4 4 4 4" />,
  clip: (
    <path d="m13 7.3-5.3 5.3a3.3 3.3 0 0 1-4.7-4.7l5.6-5.6a2.2 2.2 0 0 1 3.1 3.1l-5.5 5.6a1.1 1.1 0 0 1-1.6-1.6l5-5" />
  ),
  send: <path d="M8 13V3.5M4 7.2 8 3.2l4 4" />,
  sheet: (
    <>
      <rect x="2.5" y="2.5" width="11" height="11" rx="1.5" />
      <path d="M2.5 6.5h11M2.5 10h11M6.5 2.5v11" />
    </>
  ),
  doc: (
    <path d="M9 1.8H4.5A1.5 1.5 0 0 0 3 3.3v9.4a1.5 1.5 0 0 0 1.5 1.5h7a1.5 1.5 0 0 0 1.5-1.5V5.8zM9 1.8v4h4M5.5 8.5h5M5.5 11h3.5" />
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 7.5v3.5M8 5v.1" />
    </>
  ),
  warn: <path d="M8 2.5 14.2 13H1.8zM8 6.5v3M8 11.3v.1" />,
  retry: <path d="M3 8a5 5 0 1 0 1.6-3.7L3 5.8M3 2.8v3h3" />,
  offline: (
    <path d="M2 2l12 12M5 8.5a5 5 0 0 1 1.8-1.1M2.6 6.2A8.5 8.5 0 0 1 5 4.6M8 3.8a8.5 8.5 0 0 1 5.4 2.4M9.8 7.6A5 5 0 0 1 11 8.5M8 11.8v.1" />
  ),
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M10.5 5.5V4A1.5 1.5 0 0 0 9 2.5H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.5h1.5" />
    </>
  ),
  check: <path d="m3 8.5 3.2 3.2L13 4.8" />,
  download: <path d="M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13h10" />,
  external: (
    <path d="M9 3h4v4M13 3 7.5 8.5M11.5 9.5V12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V5.5a1 1 0 0 1 1-1h2.5" />
  ),
  branch: <path d="M8 2.5v3M8 5.5c0 3-4 2.5-4 6.5M8 5.5c0 3 4 2.5 4 6.5" />,
  star: <path d="m8 1.9 1.9 3.9 4.3.6-3.1 3 .7 4.3L8 11.7l-3.8 2 .7-4.3-3.1-3 4.3-.6z" />,
  key: (
    <>
      <circle cx="5" cy="11" r="2.5" />
      <path d="m6.8 9.2 6-6M10.5 5.5l2 2" />
    </>
  ),
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;
