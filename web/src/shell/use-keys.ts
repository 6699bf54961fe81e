import { useEffect } from 'react';
import { navigate } from './router.ts';

/** Where `C` and `/` put the caret. */
export const goalFieldId = 'goal';

/** Single keys work only outside text fields, and only without a dialog in front. */
export function useKeys({ help }: { help: () => void }): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
      if (event.key === '?') {
        event.preventDefault();
        help();
      } else if (event.key === 'c' || event.key === '/') {
        event.preventDefault();
        navigate('/');
        requestAnimationFrame(() => document.getElementById(goalFieldId)?.focus());
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [help]);
}

/** A box that is ticked takes no letters. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), textarea, select'))
  );
}
