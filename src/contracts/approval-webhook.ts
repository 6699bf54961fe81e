import * as z from 'zod';
import { idSchema } from './ids.ts';

export const SetApprovalWebhook = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .describe('On the public internet'),
    secret: z.string().min(16).max(200).describe('Deliveries are signed with it; never shown again'),
    openAs: idSchema('principal')
      .nullable()
      .default(null)
      .describe(
        'Whom the one-time link of a delivery signs in. null: it opens the approval for whoever is signed in',
      ),
  })
  .meta({ id: 'SetApprovalWebhook' });
export type SetApprovalWebhook = z.infer<typeof SetApprovalWebhook>;

export const ApprovalWebhook = z
  .object({
    url: z.string(),
    last4: z.string().describe('Of the secret'),
    openAs: idSchema('principal').nullable(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'ApprovalWebhook' });
export type ApprovalWebhook = z.infer<typeof ApprovalWebhook>;
