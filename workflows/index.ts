export { processFile } from './process-file.ts';
export { runConversation } from './run-conversation.ts';
export { runTask } from './run-task.ts';
export { runWorkflow } from './run-workflow.ts';
