import type { CallBody, CompleteRequest } from '../calls/call-plan.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { Tx } from '../record.ts';
import type { Frame } from './pack-call.ts';
import { messagesOfSent } from './sent.ts';
import { loadTexts } from './texts.ts';

/** A request as it was sent, made again from the record. Null: it was kept by an older version, in another shape. */
export async function bodyOf(
  tx: Tx,
  { taskId, attempt }: Pick<EffectRow, 'taskId' | 'attempt'>,
  request: CompleteRequest,
): Promise<(CallBody & { intact: boolean }) | null> {
  if (!request.sent) return null;
  const frame = (await loadTexts(tx, [request.frame])).get(request.frame);
  if (frame === undefined) return null;
  const { messages, intact } = await messagesOfSent(tx, { taskId, attempt }, request.sent);
  return { frame: JSON.parse(frame) as Frame, messages, intact };
}
