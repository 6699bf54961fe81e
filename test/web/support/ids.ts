/** Ids of the right form for fixtures: the kind's prefix and 26 characters that end in `n`. */
export function idOf(prefix: string, n: number): string {
  return `${prefix}_01k5zj7q3ve4r9t0m2n4p6${String(n).padStart(4, '0')}`;
}
