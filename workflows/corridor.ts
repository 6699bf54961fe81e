/**
 * The corridor: what every Temporal workflow of the product does. It holds no logic of the product, so that a deploy breaks no live one.
 *
 * 1. It asks the record where it stands and gets a state: everything that should be running now, the same when asked again.
 * 2. A state older than the one at hand is ignored.
 * 3. It starts and cancels the difference, then waits for an answer, a `changed` or its one timer.
 * 4. It ends or continues as new only if no `changed` came since it last asked.
 * 5. Cancelled from Temporal's side, it tells the record, once (what a person tries again after that goes on), and walks on until the record says
 *    that all has ended.
 * 6. A child may be told where it stands by whoever starts it, which saves its first question. What changes meanwhile comes as a `changed`.
 * 7. A child of a run's may close with where the run stands after that, which saves the run's question; an older state is ignored as ever.
 * 8. A job that must stop and does not run in this execution (an earlier one was lost with it) is reported as lost, so that nobody
 *    waits for it.
 */
import {
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  ParentClosePolicy,
  patched,
  scheduleActivity,
  scheduleLocalActivity,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import {
  ChildWorkflowFailure,
  TerminatedFailure,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import type {
  Close,
  CorridorInput,
  CorridorStart,
  Job,
  JobInput,
  Look,
  Standing,
} from '../src/contracts/corridor.ts';
import { changedSignal, stateQuery, workflowTypes } from './messages.ts';
import { filePolicy, lookPolicy, modelPolicy, toolPolicy } from './policies.ts';
import {
  agentAttribute,
  rootTaskAttribute,
  statusAttribute,
  workspaceAttribute,
} from './search-attributes.ts';

export const changed = defineSignal(changedSignal);
export const state = defineQuery<Standing | null>(stateQuery);

export type LookActivity = 'standTask' | 'standRun' | 'standFile' | 'standConversation';

export async function walk(ask: LookActivity, start: CorridorStart): Promise<Close> {
  const corridor = new Corridor(ask, start);
  setHandler(changed, corridor.onChanged);
  setHandler(state, () => corridor.standing);
  CancellationScope.current().cancelRequested.catch(corridor.onCancelled);
  return CancellationScope.nonCancellable(corridor.walk);
}

class Corridor {
  standing: Standing | null = null;
  private readonly ask: LookActivity;
  private readonly input: CorridorInput;
  private readonly running = new Map<string, CancellationScope>();
  private readonly children = new Set<string>();
  /** What can be searched for, as whoever started this has set it. */
  private readonly startedAs: Partial<Pick<Standing, 'status' | 'agent'>>;
  /** Said once, kept until the child is started. */
  private readonly firsts = new Map<string, Standing>();
  private lost: string[] = [];
  /** Said once, with the first look or job. */
  private fulfils: string[] | undefined;
  private stale: boolean;
  private fresh = false;
  private operations = false;

  constructor(ask: LookActivity, { first, fulfils, ...input }: CorridorStart) {
    this.ask = ask;
    this.input = input;
    this.fulfils = fulfils;
    this.stale = first === undefined;
    const { typedSearchAttributes: set } = workflowInfo();
    this.startedAs = first ? { status: set.get(statusAttribute), agent: set.get(agentAttribute) } : {};
    if (first) this.adopt(first);
  }

  onChanged = () => {
    this.stale = true;
  };

  onCancelled = () => {
    this.operations = true;
    this.stale = true;
  };

  walk = async (): Promise<Close> => {
    for (;;) {
      if (this.stale) await this.look();
      this.fresh = false;
      // Before the next job is started: while one runs there is no moment for it.
      const idle = !this.stale && this.running.size === 0;
      if (idle && workflowInfo().continueAsNewSuggested)
        await continueAsNew<(input: CorridorInput) => Promise<Close>>(this.input);
      const { end, wakeAt, run } = this.reconcile();
      if (this.stale) continue;
      if (end && this.running.size === 0) return run === undefined ? end : { end, run };
      await this.rest(end ? null : wakeAt);
    }
  };

  private async look(): Promise<void> {
    this.stale = false;
    const { lost, operations } = this;
    this.lost = [];
    this.operations = false;
    const look: Look = {
      ...this.input,
      now: Date.now(),
      since: workflowInfo().runStartTime.getTime(),
      lost,
      operations,
      ...this.said(),
    };
    this.adopt(await scheduleLocalActivity<Standing>(this.ask, [look], lookPolicy));
  }

  private said(): { fulfils?: string[] } {
    const { fulfils } = this;
    this.fulfils = undefined;
    return fulfils ? { fulfils } : {};
  }

  private adopt(standing: Standing): void {
    const before = this.standing;
    if (before && standing.version < before.version) return;
    this.standing = standing;
    this.fresh = true;
    this.keepFirsts(standing);
    setCurrentDetails(standing.details);
    if (!hasSearchAttributes()) return;
    const { status, agent } = before ?? this.startedAs;
    const pairs = attributesOf({
      status: status === standing.status ? null : standing.status,
      agent: agent === standing.agent ? null : standing.agent,
    });
    if (pairs.length > 0) upsertSearchAttributes(pairs);
  }

  private keepFirsts({ start }: Standing): void {
    const wanted = new Set(start.map(({ key }) => key));
    for (const key of this.firsts.keys()) if (!wanted.has(key)) this.firsts.delete(key);
    for (const { key, first } of start) if (first) this.firsts.set(key, first);
  }

  /** Starts what should be running and is not; cancels what should not be. */
  private reconcile(): Standing {
    const standing = this.standing as Standing;
    for (const key of standing.end ? this.running.keys() : standing.cancel) this.stop(key);
    for (const job of standing.start) {
      if (job.kind === 'task' || job.kind === 'run') this.startChild(job);
      else this.startActivity(job);
    }
    return standing;
  }

  private stop(key: string): void {
    const scope = this.running.get(key);
    if (scope) return scope.cancel();
    this.lost.push(key);
    this.stale = true;
  }

  private startActivity(job: Job): void {
    if (this.running.has(job.key)) return;
    const scope = new CancellationScope();
    this.running.set(job.key, scope);
    const options = { ...policyOf[job.kind as keyof typeof policyOf], summary: job.summary };
    const input: JobInput = {
      ...this.input,
      key: job.key,
      now: Date.now(),
      ...runAbove(),
      ...this.said(),
    };
    scope
      .run(() => scheduleActivity<Standing>(job.kind, [input], options))
      .then(
        (standing) => this.adopt(standing),
        () => {
          this.lost.push(job.key);
          this.stale = true;
        },
      )
      .finally(() => {
        this.running.delete(job.key);
        this.fresh = true;
      });
  }

  /**
   * What it brought is in the record. That it closed says where a run stands, or is a hint to look, quicker than the `changed` that follows
   * from the outbox if nobody looked; then it may be started again, for a step that is tried again.
   */
  private startChild({ key, kind, id, summary, fulfils }: Job): void {
    if (this.children.has(key) || this.stale) return;
    this.children.add(key);
    const first = this.firsts.get(key);
    this.firsts.delete(key);
    const onClosed = (close?: Close) => {
      this.children.delete(key);
      if (typeof close !== 'object') this.stale = true;
      else if (close.run) this.adopt(close.run);
    };
    const { typedSearchAttributes } = workflowInfo();
    startChild(workflowTypes[kind as 'task' | 'run'], {
      workflowId: `${kind}/${id}`,
      args: [
        {
          id,
          workspaceId: this.input.workspaceId,
          ...(first ? { first } : {}),
          ...(fulfils ? { fulfils } : {}),
        } satisfies CorridorStart,
      ],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: summary,
      typedSearchAttributes: [
        ...typedSearchAttributes.getAll().filter(({ key }) => inherited.has(key.name)),
        ...(first && hasSearchAttributes() ? attributesOf(first) : []),
      ],
    }).then(
      (child) =>
        child.result().then(
          (close) => onClosed(close as Close),
          (error: unknown) => !isLeft(error) && onClosed(),
        ),
      (error: unknown) => {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) onClosed();
      },
    );
  }

  private async rest(wakeAt: number | null): Promise<void> {
    const moved = () => this.stale || this.fresh;
    if (wakeAt === null) await condition(moved);
    else if (!(await condition(moved, Math.max(1, wakeAt - Date.now())))) this.stale = true;
  }
}

const policyOf = { callModel: modelPolicy, callTool: toolPolicy, extractFile: filePolicy };

/**
 * Operations terminated it. Whether that meant the end or a reset is found out by the reconciler, who tells the record; started again from
 * here at once it might be done before anybody noticed. (A patch: executions from before have started it again.)
 */
function isLeft(error: unknown): boolean {
  const byHand = error instanceof ChildWorkflowFailure && error.cause instanceof TerminatedFailure;
  return byHand && patched('leave-terminated-children');
}

/** The run that hears of this one's close. */
function runAbove(): { runId?: string } {
  const [kind, id] = workflowInfo().parent?.workflowId.split('/') ?? [];
  return kind === 'run' && id ? { runId: id } : {};
}

function attributesOf({ status, agent }: { status: string | null; agent: string | null }) {
  return [
    ...(status ? [{ key: statusAttribute, value: status }] : []),
    ...(agent ? [{ key: agentAttribute, value: agent }] : []),
  ];
}

const inherited = new Set([workspaceAttribute.name, rootTaskAttribute.name]);

/** A server without our search attributes refuses to set them: who starts there leaves them out, and we do too. */
function hasSearchAttributes(): boolean {
  return workflowInfo().typedSearchAttributes.get(workspaceAttribute) !== undefined;
}
