import { useEffect, useMemo } from 'react';
import type { TaskTree } from '../../../src/contracts/task.ts';
import { LoadFailed } from '../shell/load-failed.tsx';
import { linkTo, navigate, useAddress } from '../shell/router.ts';
import { useNow } from '../shell/use-now.ts';
import { isTyping } from '../shell/use-keys.ts';
import { isOver } from '../words/status-words.ts';
import { addressOf, chiefPath } from './address.ts';
import { Conversation } from './conversation.tsx';
import { Overview } from './overview.tsx';
import { type PlanRow, flatRows, planRows, standing } from './plan-rows.ts';
import { StepSheet } from './step-sheet.tsx';
import { TaskHeader } from './task-header.tsx';
import { useTaskLive } from './use-task-live.ts';

export function TaskPage({ taskId, mayAct }: { taskId: string; mayAct: boolean }) {
  const { tree, texts } = useTaskLive(taskId);
  const title = tree.data?.task.title;
  useEffect(() => {
    document.title = `${title ?? 'Goal'} · Adjutant`;
  }, [title]);
  if (!tree.data) {
    return tree.error ? (
      <>
        <header className="bar">
          <h1>Goal</h1>
        </header>
        <div className="m-auto">
          <LoadFailed what="this goal" error={tree.error} retry={() => void tree.refetch()} />
          <p className="text-center">
            <a className="link" {...linkTo('/')}>
              All goals
            </a>
          </p>
        </div>
      </>
    ) : (
      <Skeleton />
    );
  }
  return <Loaded tree={tree.data} texts={texts} mayAct={mayAct} />;
}

interface LoadedProps {
  tree: TaskTree;
  texts: ReturnType<typeof useTaskLive>['texts'];
  mayAct: boolean;
}

function Loaded({ tree, texts, mayAct }: LoadedProps) {
  const { task } = tree;
  const now = useNow(isOver(task.status) ? 30_000 : 1000);
  const rows = useMemo(() => planRows(tree), [tree]);
  const { query } = useAddress();
  const wanted = query.get('step');
  const order = useMemo(() => flatRows(rows), [rows]);
  const selected =
    wanted === chiefPath ? chiefRow(tree) : (order.find(({ path }) => path === wanted) ?? null);
  const select = (path: string | null) => navigate(addressOf(task.id, path), { replace: wanted !== null });
  useStepKeys({ order, selected: selected?.path ?? null, select });
  return (
    <>
      <TaskHeader tree={tree} rows={rows} now={now} mayAct={mayAct} />
      <div className="cols task">
        <Conversation
          tree={tree}
          rows={rows}
          texts={texts}
          now={now}
          selected={selected?.path ?? null}
          mayAct={mayAct}
        />
        {selected ? (
          <StepSheet
            key={selected.path}
            row={selected}
            text={texts.get(selected.step.taskId ?? '')}
            now={now}
            neighbours={neighboursOf(order, selected.path)}
            select={select}
            mayAct={mayAct}
          />
        ) : (
          <Overview tree={tree} rows={rows} now={now} />
        )}
      </div>
    </>
  );
}

function neighboursOf(order: PlanRow[], path: string): { before: string | null; after: string | null } {
  const index = order.findIndex((row) => row.path === path);
  return { before: order[index - 1]?.path ?? null, after: order[index + 1]?.path ?? null };
}

/** The goal itself in the shape of a step, for the same sheet. */
function chiefRow(tree: TaskTree): PlanRow {
  const { task } = tree;
  const step: PlanRow['step'] = {
    key: 'goal',
    stepId: 'goal',
    index: null,
    items: null,
    kind: 'agent',
    title: task.role === 'chief_of_staff' ? 'Plan and result' : 'Work and result',
    dependsOn: [],
    condition: null,
    ...standing(task, task),
    reason: task.error?.message ?? task.waiting?.detail ?? null,
    taskId: task.id,
    approvalId: null,
    childRunId: null,
    agent: task.agent,
    attempt: task.attempt,
    attempts: task.attempts,
    cost: task.cost,
    startedAt: task.startedAt,
    endedAt: task.endedAt,
    changes: null,
  };
  return { path: chiefPath, step, tree, run: null, rows: [] };
}

interface StepKeys {
  order: PlanRow[];
  selected: string | null;
  select: (path: string | null) => void;
}

function useStepKeys({ order, selected, select }: StepKeys): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
      const index = order.findIndex(({ path }) => path === selected);
      const to = event.key === 'j' ? order[index + 1] : event.key === 'k' ? order[index - 1] : undefined;
      if (to) {
        select(to.path);
        focusNext('aside[aria-labelledby=sheet-title]');
      }
      if (event.key === 'Escape') {
        if (selected === null) navigate('/');
        else {
          select(null);
          focusNext(`a[data-step="${CSS.escape(selected)}"]`);
        }
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });
}

/** What the keys have opened has the focus, and gives it back to its row. */
function focusNext(selector: string): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(selector)?.focus());
}

function Skeleton() {
  return (
    <>
      <p className="vh" role="status">
        Loading the goal
      </p>
      <div className="late" aria-hidden="true">
        <div className="bar">
          <span className="sk" style={{ width: 220 }} />
        </div>
        <div className="sec grid gap-3">
          {[80, 62, 71, 48].map((width) => (
            <span key={width} className="sk" style={{ width: `${width}%` }} />
          ))}
        </div>
      </div>
    </>
  );
}
