import type { Start } from '../../core/workflow/step-rows.ts';
import type { KeptChanges, LoadedStep } from '../run-store.ts';

/** An item is changed as its step is, and in what it was changed itself. */
export function changesOf(known: Map<string, LoadedStep>, { key, stepId }: Start): KeptChanges | null {
  const ofStep = known.get(stepId)?.changes ?? null;
  const own = key === stepId ? null : (known.get(key)?.changes ?? null);
  return own ? { ...ofStep, ...own, ...withOf(ofStep, own) } : ofStep;
}

function withOf(...changes: (KeptChanges | null)[]): Pick<KeptChanges, 'with'> {
  const given = changes.flatMap((each) => each?.with ?? []);
  return given.length === 0 ? {} : { with: Object.assign({}, ...given) as Record<string, unknown> };
}
