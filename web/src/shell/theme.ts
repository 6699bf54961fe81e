import { useState } from 'react';

/** The same key as public/theme.js, which sets the theme before the first paint. */
const storageKey = 'adjutant.theme';
const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

function stored(): Theme {
  try {
    const theme = localStorage.getItem(storageKey);
    return themes.find((each) => each === theme) ?? 'system';
  } catch {
    return 'system';
  }
}

export function useTheme(): { label: string; next: () => void } {
  const [theme, setTheme] = useState(stored);
  const next = () => {
    const chosen = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
    if (chosen === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    try {
      localStorage.setItem(storageKey, chosen);
    } catch {
      // It holds until the page is closed.
    }
    setTheme(chosen);
  };
  return { label: `Theme: ${theme === 'system' ? 'follows the system' : theme}`, next };
}
