import type { ModelCandidate } from '../../core/route-model.ts';
import type { Tx } from '../record.ts';
import type { SentImage } from './call-plan.ts';

/** What providers take in one request: so many, each up to their smallest limit. */
const mostImages = 10;
const mostBytes = 5 * 1024 * 1024;

/** About what the dearest of them counts for a large image. */
const tokensPerImage = 1_600;

/** The images among the task's files; they stand in its first message, whatever the turn. */
export async function loadImages(tx: Tx, taskId: string): Promise<SentImage[]> {
  return tx.sql<SentImage>(
    `SELECT f.id AS "fileId", f.sha256, f.media_type AS "mediaType"
       FROM task_files tf JOIN files f ON f.id = tf.file_id
      WHERE tf.task_id = $1 AND f.kind = 'image' AND f.status = 'ready' AND f.size <= ${mostBytes}
      ORDER BY tf.position LIMIT ${mostImages}`,
    [taskId],
  );
}

/** Whoever does not see is shown none. */
export function imagesSeenBy(
  models: readonly ModelCandidate[],
  { provider, model }: { provider: string; model: string },
  images: readonly SentImage[],
): readonly SentImage[] {
  const asked = models.find((each) => each.provider === provider && each.id === model);
  return asked?.fit.includes('vision') ? images : [];
}

export function tokensOfImages(images: readonly SentImage[]): number {
  return images.length * tokensPerImage;
}
