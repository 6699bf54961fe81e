import * as z from 'zod';
import { branchConversation } from '../../commands/branch-conversation.ts';
import { regenerateReply } from '../../commands/regenerate-reply.ts';
import { Conversation } from '../../contracts/conversation.ts';
import { ConversationId, MessageId } from '../../contracts/ids.ts';
import { Message } from '../../contracts/message.ts';
import type { Door } from '../door/door.ts';
import { route } from '../door/route.ts';
import { viewMessage } from '../messages/routes.ts';
import type { TemporalPlace } from '../temporal-link.ts';
import { tag, viewConversation } from './routes.ts';

const params = z.object({ conversationId: ConversationId, messageId: MessageId });
const body = z.strictObject({});

/** Going back in a conversation. */
export function conversationRewriteRoutes(door: Door, temporal: TemporalPlace): void {
  const path = '/conversations/{conversationId}/messages/{messageId}';
  route(
    door,
    {
      method: 'post',
      path: `${path}/regenerate`,
      tag,
      summary: 'Write the last reply anew; the earlier one stays readable',
      params,
      body,
      bodyOptional: true,
      reply: Message,
      status: 202,
      errors: ['forbidden', 'undeliverable', 'wrong_state'],
    },
    {
      handle: async ({ tx, caller, params: where }) =>
        viewMessage(tx, (await regenerateReply(tx, caller, where)).id),
    },
  );
  route(
    door,
    {
      method: 'post',
      path: `${path}/branch`,
      tag,
      summary: 'Begin a conversation of its own that goes on after this message',
      params,
      body,
      bodyOptional: true,
      reply: Conversation,
      status: 201,
      errors: ['forbidden'],
    },
    {
      location: ({ id }) => `/api/v2/conversations/${id}`,
      handle: async ({ tx, caller, params: where }) =>
        viewConversation(tx, (await branchConversation(tx, caller, where)).id, temporal),
    },
  );
}
