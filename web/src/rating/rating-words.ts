export const ratings = [1, 2, 3, 4, 5] as const;

const words = ['', 'Useless', 'Poor', 'Usable', 'Good', 'Excellent'];

/** Poor work counts against an agent when the next one is chosen: whoever says so is told. */
export function ratingWord(rating: number): string {
  const word = words[rating] ?? '';
  return rating === 1 || rating === 2 ? `${word}: counts as a failure of its agent` : word;
}
