import { type ReactNode, useEffect, useState } from 'react';
import { Icon } from '../icons/icon.tsx';

interface CopyProps {
  text: string;
  label: string;
  className?: string;
  children?: ReactNode;
}

const saidMs = 1600;

/** Says in place that it was done; the clipboard is missing on plain http outside this machine, so there is a second way. */
export function CopyButton({ text, label, className = 'btn sm', children }: CopyProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), saidMs);
    return () => clearTimeout(timer);
  }, [copied]);
  const named = children === undefined ? { 'aria-label': copied ? 'Copied' : label, title: label } : {};
  return (
    <button
      type="button"
      className={className}
      {...named}
      onClick={() => void copy(text).then(() => setCopied(true))}
    >
      <Icon name={copied ? 'check' : 'copy'} small />
      {children !== undefined && <span aria-live="polite">{copied ? 'Copied' : children}</span>}
    </button>
  );
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand('copy');
    field.remove();
  }
}
