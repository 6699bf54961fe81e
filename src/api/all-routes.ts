import type { LaunchDesk } from '../commands/forecast-task.ts';
import type { ModelView } from '../contracts/model.ts';
import type { FileStorage } from '../files/storage.ts';
import { agentRoutes } from './agents/routes.ts';
import { approvalRoutes } from './approvals/routes.ts';
import { approvalRuleRoutes } from './approvals/rule-routes.ts';
import { approvalWebhookRoutes } from './approvals/webhook-routes.ts';
import { budgetRoutes } from './budgets/routes.ts';
import { credentialRoutes } from './credentials/routes.ts';
import type { Door } from './door/door.ts';
import { fileRoutes } from './files/routes.ts';
import { keyRoutes } from './keys/routes.ts';
import { memoryRoutes } from './memories/routes.ts';
import { conversationRewriteRoutes } from './conversations/rewrite-routes.ts';
import { conversationRoutes } from './conversations/routes.ts';
import { messageRoutes } from './messages/routes.ts';
import { modelRoutes } from './models/routes.ts';
import { type ProviderDesk, providerRoutes } from './providers/routes.ts';
import { runControlRoutes } from './runs/control-routes.ts';
import { runRoutes } from './runs/routes.ts';
import { sessionRoutes } from './session/routes.ts';
import { type StreamEvents, streamRoutes } from './streams/routes.ts';
import { taskControlRoutes } from './tasks/control-routes.ts';
import { taskPlanRoutes } from './tasks/plan-routes.ts';
import { taskRoutes } from './tasks/routes.ts';
import { taskViewRoutes } from './tasks/view-routes.ts';
import { type AskToolServer, toolServerRoutes } from './tool-servers/routes.ts';
import type { ToolsOf } from '../commands/tools-of.ts';
import type { TemporalPlace } from './temporal-link.ts';
import { toolRoutes } from './tools/routes.ts';
import { usageRoutes } from './usage/routes.ts';
import { webSearchRoutes } from './web-search/routes.ts';
import { workspaceRoutes } from './workspace/routes.ts';
import { workflowRoutes } from './workflows/routes.ts';

/** What the routes need besides the record. */
export interface RouteParts {
  files: FileStorage;
  /** Uploads are written here first; on the same file system as the storage. */
  uploadDir: string;
  temporal: TemporalPlace;
  toolsOf?: ToolsOf;
  askToolServer?: AskToolServer;
  models?: (caller: { workspaceId: string }) => Promise<ModelView[]>;
  providers?: ProviderDesk;
  launch?: LaunchDesk['models'];
  streams?: StreamEvents;
}

/** Of models: no budget is too small. */
const nothingKnown: LaunchDesk['models'] = () =>
  Promise.resolve({ candidates: [], reserve: () => ({ microUsd: null }) });

/** In the order in which the reference lists them. */
export function allRoutes(
  door: Door,
  {
    files,
    uploadDir,
    temporal,
    toolsOf = async () => [],
    askToolServer,
    models,
    providers,
    launch = nothingKnown,
    streams,
  }: RouteParts,
): void {
  taskRoutes(door, temporal, { models: launch, toolsOf });
  taskControlRoutes(door, temporal);
  taskViewRoutes(door, temporal);
  taskPlanRoutes(door, temporal, toolsOf);
  fileRoutes(door, { files, uploadDir });
  agentRoutes(door);
  memoryRoutes(door);
  workflowRoutes(door, toolsOf);
  runRoutes(door, temporal);
  runControlRoutes(door, temporal, toolsOf);
  approvalRoutes(door, toolsOf);
  approvalRuleRoutes(door);
  approvalWebhookRoutes(door, providers?.sealer);
  toolRoutes(door, toolsOf);
  toolServerRoutes(door, askToolServer);
  webSearchRoutes(door, { models: launch, toolsOf, sealer: providers?.sealer });
  messageRoutes(door, toolsOf);
  conversationRoutes(door, temporal);
  conversationRewriteRoutes(door, temporal);
  streamRoutes(door, streams);
  usageRoutes(door);
  budgetRoutes(door);
  modelRoutes(door, models ?? (() => Promise.resolve([])));
  providerRoutes(door, providers);
  credentialRoutes(door, providers?.sealer);
  sessionRoutes(door);
  keyRoutes(door);
  workspaceRoutes(door);
}
