import { useRef } from 'react';
import { Icon, iconOfFile } from '../icons/icon.tsx';
import { StatusIcon } from '../icons/status.tsx';
import { plural, size } from '../words/format.ts';
import type { Attachment, Attachments } from './use-attachments.ts';

export const acceptedTypes = '.txt,.md,.markdown,.csv,.pdf,.docx,.png,.jpg,.jpeg,.webp,.gif';

export function AttachmentList({ items, remove, replace }: Attachments) {
  if (items.length === 0) return null;
  return (
    <ul className="att" aria-label="Files">
      {items.map((item) => (
        <AttachmentChip
          key={item.key}
          item={item}
          remove={() => remove(item.key)}
          replace={(file) => replace(item.key, file)}
        />
      ))}
    </ul>
  );
}

interface ChipProps {
  item: Attachment;
  remove: () => void;
  replace: (file: File) => void;
}

function AttachmentChip({ item, remove, replace }: ChipProps) {
  const picker = useRef<HTMLInputElement>(null);
  const problem = item.problem ?? item.view?.problem?.message ?? null;
  const part = progressOf(item);
  return (
    <li className={`file${problem ? ' bad' : ''}`}>
      <Icon name={iconOfFile(item.name)} />
      <span className="ell nm">{item.name}</span>
      {problem ? (
        <span className="s-failed pr" role="alert">
          {problem}
        </span>
      ) : (
        <span className="t3 nw tn">{stateOf(item)}</span>
      )}
      {part !== null && !problem && (
        <span
          className="meter"
          role="progressbar"
          aria-label={item.name}
          aria-valuenow={Math.round(part * 100)}
          aria-valuemin={0}
          aria-valuemax={100}
        >
          <i style={{ width: `${part * 100}%` }} />
        </span>
      )}
      {item.view?.status === 'ready' && <StatusIcon status="completed" silent />}
      {problem && (
        <>
          <button type="button" className="btn sm" onClick={() => picker.current?.click()}>
            Replace
          </button>
          <input
            ref={picker}
            type="file"
            hidden
            accept={acceptedTypes}
            onChange={({ target }) => {
              const file = target.files?.[0];
              if (file) replace(file);
            }}
          />
        </>
      )}
      <button type="button" className="rm" aria-label={`Remove ${item.name}`} onClick={remove}>
        <Icon name="x" small />
      </button>
    </li>
  );
}

function progressOf({ view, sent }: Attachment): number | null {
  if (!view) return sent;
  return view.status === 'processing' ? view.progress : null;
}

function stateOf({ view, sent, size: bytes }: Attachment): string {
  if (!view) return sent < 1 ? `${Math.floor(sent * 100)} % of ${size(bytes)}` : 'Checking';
  if (view.status === 'ready') return view.pages === null ? size(view.size) : plural(view.pages, 'page');
  if (view.status === 'processing' && view.pages !== null && view.progress > 0) {
    return `Reading page ${Math.max(1, Math.round(view.progress * view.pages))} of ${view.pages}`;
  }
  return view.status === 'processing' ? 'Reading' : 'Waits to be read';
}
