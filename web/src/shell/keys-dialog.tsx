import { Dialog } from './dialog.tsx';

const keys = [
  ['C', 'New goal'],
  ['/', 'Write in the composer'],
  ['Ctrl Enter', 'Run what is written (⌘ Enter on a Mac)'],
  ['Enter', 'Send a message (Shift Enter begins a line)'],
  ['J', 'Next step'],
  ['K', 'Previous step'],
  ['A', 'Approve (on the focused approval)'],
  ['D', 'Deny (on the focused approval)'],
  ['Esc', 'Close, back'],
  ['?', 'These keys'],
] as const;

export function KeysDialog({ close }: { close: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" close={close}>
      <dl className="keys">
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd className="kbd always">{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
