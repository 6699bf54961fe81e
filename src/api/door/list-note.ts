import type { ListFields } from '../../db/list-page.ts';

/** What a list's filter and order may name, for the reference. */
export function listNote({ fields }: ListFields): string {
  const orders = Object.keys(fields).filter((name) => fields[name]?.orderable !== false);
  return `Fields for \`filter\`: ${Object.keys(fields).join(', ')}. For \`orderBy\`: id, ${orders.join(', ')}.`;
}
