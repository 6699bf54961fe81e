import { WorkspaceMapping } from './workspace.ts';
import { PrincipalMapping } from './principal.ts';
import { ApiKeyMapping } from './api-key.ts';
import { SignInLinkMapping } from './sign-in-link.ts';
import { SessionMapping } from './session.ts';
import { IdempotencyKeyMapping } from './idempotency-key.ts';
import { AgentMapping } from './agent.ts';
import { AgentRevisionMapping } from './agent-revision.ts';
import { AgentCapabilityMapping } from './agent-capability.ts';
import { WorkflowMapping } from './workflow.ts';
import { WorkflowVersionMapping } from './workflow-version.ts';
import { FileMapping } from './file.ts';
import { PassageMapping } from './passage.ts';
import { TaskMapping } from './task.ts';
import { AttemptMapping } from './attempt.ts';
import { TaskFileMapping } from './task-file.ts';
import { RunMapping } from './run.ts';
import { StepMapping } from './step.ts';
import { EffectMapping } from './effect.ts';
import { LedgerEntryMapping } from './ledger-entry.ts';
import { TranscriptEntryMapping } from './transcript-entry.ts';
import { StreamMapping } from './stream.ts';
import { EventMapping } from './event.ts';
import { OutboxEntryMapping } from './outbox-entry.ts';
import { InstallationMapping } from './installation.ts';
import { ProviderKeyMapping } from './provider-key.ts';
import { ProviderHealthMapping } from './provider-health.ts';
import { ApprovalMapping } from './approval.ts';
import { ApprovalDeliveryMapping } from './approval-delivery.ts';
import { ApprovalRuleMapping } from './approval-rule.ts';
import { ApprovalWebhookMapping } from './approval-webhook.ts';
import { BudgetMapping } from './budget.ts';
import { ModelFiguresMapping } from './model-figures.ts';
import { ModelEntryMapping } from './model-entry.ts';
import { MessageMapping } from './message.ts';
import { MailboxMapping } from './mailbox.ts';
import { ConversationMapping } from './conversation.ts';
import { MemoryMapping, MemoryWordMapping } from './memory.ts';
import { PlanMapping } from './plan.ts';
import { CredentialMapping } from './credential.ts';
import { TextMapping } from './text.ts';
import { SummaryMapping } from './summary.ts';
import { TokenFiguresMapping } from './token-figures.ts';
import { ToolServerMapping } from './tool-server.ts';
import { ServerToolMapping } from './server-tool.ts';

export const mappings = [
  WorkspaceMapping,
  PrincipalMapping,
  ApiKeyMapping,
  SignInLinkMapping,
  SessionMapping,
  IdempotencyKeyMapping,
  AgentMapping,
  AgentRevisionMapping,
  AgentCapabilityMapping,
  WorkflowMapping,
  WorkflowVersionMapping,
  FileMapping,
  PassageMapping,
  TaskMapping,
  AttemptMapping,
  TaskFileMapping,
  RunMapping,
  StepMapping,
  EffectMapping,
  LedgerEntryMapping,
  TranscriptEntryMapping,
  StreamMapping,
  EventMapping,
  OutboxEntryMapping,
  InstallationMapping,
  ProviderKeyMapping,
  ProviderHealthMapping,
  ApprovalMapping,
  ApprovalRuleMapping,
  ApprovalWebhookMapping,
  ApprovalDeliveryMapping,
  BudgetMapping,
  ModelFiguresMapping,
  ModelEntryMapping,
  MessageMapping,
  MailboxMapping,
  ConversationMapping,
  MemoryMapping,
  MemoryWordMapping,
  PlanMapping,
  CredentialMapping,
  TextMapping,
  SummaryMapping,
  TokenFiguresMapping,
  ToolServerMapping,
  ServerToolMapping,
];
