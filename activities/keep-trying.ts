import { setTimeout } from 'node:timers/promises';

const settleTries = 6;

/**
 * What happened outside is not given up because the database blinked: about six seconds, then Temporal's retry finds the claim without
 * an outcome. Settling twice changes nothing the second time.
 */
export async function keepTrying<Result>(settle: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await settle();
    } catch (error) {
      if (tries >= settleTries || (error as { name?: string } | null)?.name === 'AppError') throw error;
      await setTimeout(100 * 2 ** tries);
    }
  }
}
