/** Whether one goal says the same as another: nearly all of their words are the same, in whatever order and case. */

const alike = 0.9;
/** Goals say what they are at their beginning. */
const words = 800;

export function repeatsGoal(goal: string, other: string): boolean {
  const [one, two] = [wordsOf(goal), wordsOf(other)];
  const total = one.length + two.length;
  if (one.length === 0 || two.length === 0) return total === 0;
  const left = new Map<string, number>();
  for (const word of one) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of two) {
    const n = left.get(word) ?? 0;
    if (n === 0) continue;
    left.set(word, n - 1);
    shared += 1;
  }
  return (2 * shared) / total >= alike;
}

function wordsOf(text: string): string[] {
  return (
    text
      .slice(0, 20_000)
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  ).slice(0, words);
}
