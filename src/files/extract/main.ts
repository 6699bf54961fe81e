/**
 * The child process that reads one file of a stranger and ends. It holds no keys, may write nothing and start nothing
 * (the parent starts it so), and whatever becomes of it, the parent goes on.
 */
import { isAppError } from '../../errors.ts';
import { extractFile } from './extract-file.ts';
import type { ExtractMessage, ExtractOrder } from './messages.ts';

/** Passages per message: large enough to be quick, small enough to keep the pipe moving. */
const batch = 500;

process.once('message', (order) => {
  void obey(order as ExtractOrder).finally(() => process.disconnect());
});
// The parent is gone: nobody wants the result.
process.once('disconnect', () => process.exit());
void send({ type: 'ready' });

async function obey(order: ExtractOrder): Promise<void> {
  try {
    const { passages, meta } = await extractFile(order.kind, order.path, {
      limits: order.limits,
      onProgress: (progress) => void send({ type: 'progress', progress }),
    });
    for (let start = 0; start < passages.length; start += batch) {
      await send({ type: 'passages', passages: passages.slice(start, start + batch) });
    }
    await send({ type: 'done', meta });
  } catch (error) {
    const known = isAppError(error);
    await send({
      type: 'failed',
      code: known ? error.code : 'unreadable_file',
      message: known
        ? error.message
        : `The file cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
}

function send(message: ExtractMessage): Promise<void> {
  return new Promise((resolve) => {
    if (!process.send || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}
