/** Where a chat with an agent begins, about one of its tasks if given. */
export function newChatAddress(agentId: string, taskId?: string): string {
  return `/chats/new?agent=${agentId}${taskId ? `&task=${taskId}` : ''}`;
}

export function chatAddress(id: string): string {
  return `/chats/${id}`;
}
