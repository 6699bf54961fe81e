/** Longer than the ten seconds after which Temporal repeats a workflow task that got lost, as happens on a busy machine. */
const usualTimeoutMs = 30_000;

/**
 * Waits until the condition gives something truthy, and answers with it. An error of the condition counts as "not
 * yet"; at the end it becomes the cause. Tests never sleep, they wait for what they mean.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: { timeoutMs?: number; what: string; everyMs?: number },
): Promise<Exclude<T, false | null | undefined | '' | 0>> {
  const { timeoutMs = usualTimeoutMs, what, everyMs = 20 } = options;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let last: unknown;
    try {
      const value = await condition();
      if (value) return value as Exclude<T, false | null | undefined | '' | 0>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() >= deadline) {
      const seen = last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(`Waited ${timeoutMs} ms for ${what}; last seen: ${seen}`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
