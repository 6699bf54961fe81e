import { Record1764000000001 } from './0001-record.ts';
import { RunControl1764000000002 } from './0002-run-control.ts';
import { Providers1764000000003 } from './0003-providers.ts';
import { Approvals1764000000004 } from './0004-approvals.ts';
import { Budgets1764000000005 } from './0005-budgets.ts';
import { NestedRuns1764000000006 } from './0006-nested-runs.ts';
import { WaitingTools1764000000007 } from './0007-waiting-tools.ts';
import { Messages1764000000008 } from './0008-messages.ts';
import { Assignment1764000000009 } from './0009-assignment.ts';
import { Context1764000000010 } from './0010-context.ts';
import { PlansAndGuards1764000000012 } from './0012-plans-and-guards.ts';
import { Routing1764000000013 } from './0013-routing.ts';
import { Memories1764000000011 } from './0011-memories.ts';
import { StepChanges1764000000014 } from './0014-step-changes.ts';
import { ArtifactsAndCredentials1764000000017 } from './0017-artifacts-and-credentials.ts';
import { ToolApprovals1764000000015 } from './0015-tool-approvals.ts';
import { ApprovalWebhook1764000000016 } from './0016-approval-webhook.ts';
import { ToolServers1764000000018 } from './0018-tool-servers.ts';
import { StepFields1764000000080 } from './0080-step-fields.ts';
import { Items1764000000081 } from './0081-items.ts';
import { TokenCounters1764000000085 } from './0085-token-counters.ts';
import { ToolTimes1764000000086 } from './0086-tool-times.ts';
import { Stepwise1764000000090 } from './0090-stepwise.ts';
import { Searches1764000000092 } from './0092-searches.ts';
import { EditedPlans1764000000098 } from './0098-edited-plans.ts';
import { WithdrawnQuestions1764000000106 } from './0106-withdrawn-questions.ts';
import { TasksOfNestedRuns1764000000107 } from './0107-tasks-of-nested-runs.ts';

/** In the order in which they run. */
export const migrations = [
  Record1764000000001,
  RunControl1764000000002,
  Providers1764000000003,
  Approvals1764000000004,
  Budgets1764000000005,
  NestedRuns1764000000006,
  WaitingTools1764000000007,
  Messages1764000000008,
  Assignment1764000000009,
  Context1764000000010,
  PlansAndGuards1764000000012,
  Routing1764000000013,
  Memories1764000000011,
  StepChanges1764000000014,
  ArtifactsAndCredentials1764000000017,
  ToolApprovals1764000000015,
  ApprovalWebhook1764000000016,
  ToolServers1764000000018,
  StepFields1764000000080,
  Items1764000000081,
  TokenCounters1764000000085,
  ToolTimes1764000000086,
  Stepwise1764000000090,
  Searches1764000000092,
  EditedPlans1764000000098,
  WithdrawnQuestions1764000000106,
  TasksOfNestedRuns1764000000107,
];
