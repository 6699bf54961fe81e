import { type DragEvent, type SyntheticEvent, useRef, useState } from 'react';
import { type NewTask, isApiProblem } from '../../../client/index.ts';
import { Icon } from '../icons/icon.tsx';
import { StatusIcon } from '../icons/status.tsx';
import { goalFieldId } from '../shell/use-keys.ts';
import { AttachmentList, acceptedTypes } from './attachment-list.tsx';
import { Launch, limitProblem } from './launch.tsx';
import { type Attachments, useAttachments } from './use-attachments.ts';
import { useForecast } from './use-forecast.ts';
import { useSample, useStartGoal } from './use-start-goal.ts';

export function Composer() {
  const [goal, setGoal] = useState('');
  const [limit, setLimit] = useState('');
  const [planFirst, setPlanFirst] = useState(false);
  const attachments = useAttachments();
  const start = useStartGoal();
  const sample = useSample(attachments, setGoal);
  const task = newTask({ goal, limit, planFirst, attachments });
  const forecast = useForecast(task);
  const busy = start.isPending || sample.isPending;
  const hindrance = whyNot(goal, attachments) ?? limitProblem(limit);
  const run = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!busy && hindrance === null) start.mutate(task);
  };
  return (
    <>
      <form
        className="mt-2"
        aria-label="New goal"
        onSubmit={run}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) run(event);
        }}
      >
        <DropBox add={(files) => void attachments.add(files)}>
          <label className="vh" htmlFor={goalFieldId}>
            Goal
          </label>
          <textarea
            id={goalFieldId}
            rows={3}
            value={goal}
            placeholder="For example: read these three contracts and list every deadline"
            aria-describedby="goal-note"
            onChange={({ target }) => setGoal(target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') event.currentTarget.blur();
            }}
          />
          <AttachmentList {...attachments} />
          <Tools add={(files) => void attachments.add(files)} hindrance={hindrance} busy={start.isPending} />
        </DropBox>
        {goal.trim() !== '' && (
          <Launch
            {...{ limit, setLimit, planFirst, setPlanFirst }}
            forecast={forecast.data}
            error={start.error ?? forecast.error}
          />
        )}
      </form>
      <Refused error={start.error ?? sample.error} />
      <ul className="try">
        <li>
          <button type="button" className="chip" disabled={busy} onClick={() => sample.mutate()}>
            {sample.isPending ? <StatusIcon status="in_progress" silent /> : <Icon name="doc" small />}
            {sample.isPending ? 'Starting the sample' : 'Try the sample'}
          </button>
        </li>
        <li className="ts t3 desk hint2">
          A report, a contract and a log; a memo with three risks and their sources
        </li>
      </ul>
    </>
  );
}

interface Launching {
  goal: string;
  limit: string;
  planFirst: boolean;
  attachments: Attachments;
}

function newTask({ goal, limit, planFirst, attachments }: Launching): NewTask {
  const budget = limit === '' || limitProblem(limit) ? {} : { budget: { usd: Number(limit) } };
  return {
    goal: goal.trim(),
    files: attachments.items.flatMap(({ view }) => (view ? [view.id] : [])),
    ...budget,
    ...(planFirst ? { planAcceptance: 'person' as const } : {}),
  };
}

interface ToolsProps {
  add: (files: Iterable<File>) => void;
  hindrance: string | null;
  busy: boolean;
}

function Tools({ add, hindrance, busy }: ToolsProps) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <div className="tools">
      <button
        type="button"
        className="btn icon ghost sm"
        aria-label="Attach files"
        title="Attach files"
        onClick={() => picker.current?.click()}
      >
        <Icon name="clip" />
      </button>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        accept={acceptedTypes}
        onChange={({ target }) => {
          if (target.files) add(target.files);
          target.value = '';
        }}
      />
      <span className="ts t3 grow ell" id="goal-note">
        {hindrance ?? 'PDF, DOCX, CSV, Markdown and text, up to 50 MB each'}
      </span>
      <button type="submit" className="btn pri sm" aria-disabled={hindrance !== null || busy}>
        {busy ? <StatusIcon status="in_progress" silent /> : <Icon name="send" small />}
        {busy ? 'Starting' : 'Run'}
      </button>
    </div>
  );
}

/** Why it cannot be run now, in words; null when it can. Files that are still being read do not hold it up: the task waits for them. */
function whyNot(goal: string, { items }: Attachments): string | null {
  if (items.some(({ problem, view }) => problem !== null || view?.status === 'failed')) {
    return 'Replace or remove the file that failed';
  }
  if (items.some(({ view }) => view === null)) return 'Uploading';
  return goal.trim() === '' ? 'Write a goal first' : null;
}

function DropBox({ add, children }: { add: (files: Iterable<File>) => void; children: React.ReactNode }) {
  const [over, setOver] = useState(false);
  const onDrag = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setOver(true);
  };
  return (
    // The paper clip does the same for everybody who does not drag.
    <div
      className={`box${over ? ' over' : ''}`}
      onDragEnter={onDrag}
      onDragOver={onDrag}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        add(event.dataTransfer.files);
      }}
    >
      {children}
      {over && <p className="drop">Drop to add</p>}
    </div>
  );
}

function Refused({ error }: { error: Error | null }) {
  if (!error) return null;
  const problem = isApiProblem(error) ? error : null;
  return (
    <div className="ts s-failed" role="alert">
      <p>{error.message} Nothing was started; what you wrote is still here.</p>
      {problem?.problems.map(({ pointer, message }) => (
        <p key={pointer + message}>
          <code>{pointer || '/'}</code> {message}
        </p>
      ))}
      {problem?.requestId && <code className="t3">{problem.requestId}</code>}
    </div>
  );
}
