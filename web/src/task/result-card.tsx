import type { Task } from '../../../src/contracts/task.ts';
import { Icon } from '../icons/icon.tsx';
import { StatusIcon } from '../icons/status.tsx';
import { Rendered } from '../markdown/rendered.tsx';
import { RateResult } from '../rating/rate-result.tsx';
import { CopyButton } from './copy-button.tsx';

export function ResultCard({ task, mayAct }: { task: Task; mayAct: boolean }) {
  if (task.status === 'failed') return <Ended task={task} title="This goal failed" />;
  if (task.status === 'cancelled') return <Ended task={task} title="This goal was cancelled" />;
  if (task.status !== 'completed' || !task.result) return null;
  const { markdown } = task.result;
  return (
    <section className="card result" aria-labelledby="result">
      <div className="hd">
        <StatusIcon status="completed" />
        <h2 id="result" className="grow">
          Result
        </h2>
        <CopyButton text={markdown} label="Copy as Markdown" className="btn ghost sm">
          Copy as Markdown
        </CopyButton>
        <button
          type="button"
          className="btn icon ghost sm"
          aria-label="Download as Markdown"
          title="Download as Markdown"
          onClick={() => download(`${fileName(task.title)}.md`, markdown)}
        >
          <Icon name="download" />
        </button>
      </div>
      <Rendered markdown={markdown} />
      <RateResult task={task} mayAct={mayAct} />
    </section>
  );
}

function Ended({ task, title }: { task: Task; title: string }) {
  const failed = task.status === 'failed';
  return (
    <section className={`card ended ${failed ? 'bad' : ''}`} aria-labelledby="ended">
      <div className="hd">
        <StatusIcon status={task.status} />
        <h2 id="ended" className="grow">
          {title}
        </h2>
        {task.error && <code className="t2">{task.error.code}</code>}
      </div>
      <div className="bd">
        <p>{task.error?.message ?? (failed ? 'No reason was given.' : 'No step goes on.')}</p>
        <p className="t2 ts">What finished before is stored with its step; a retry uses it again.</p>
      </div>
    </section>
  );
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/markdown;charset=utf-8' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function fileName(title: string): string {
  return (
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 60) || 'result'
  );
}
