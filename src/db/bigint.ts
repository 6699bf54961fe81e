import type { ValueTransformer } from 'typeorm';

/** PostgreSQL's bigint arrives as text; ours (bytes, micro-dollars) fit a number exactly up to 9 × 10^15. */
export const bigint: ValueTransformer = {
  to: (value: number | null) => value,
  from: (value: string | number | null) => (value === null ? null : Number(value)),
};
