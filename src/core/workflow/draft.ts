/**
 * A definition read with good will: whatever of it makes sense, so that a fault of form in one place does not hide the faults of
 * meaning in the others. Never throws.
 */
import { stepKinds, type StepKind, toRecord } from '../../contracts/workflow.ts';

export interface DraftStep {
  /** `['steps', 3]` */
  path: readonly (string | number)[];
  id: string | null;
  kind: StepKind | null;
  dependsOn: readonly string[];
  if: string | null;
  onError: unknown;
  timeout: unknown;
  retry: Record<string, unknown> | null;
  forEach: { items: unknown; as: string } | null;
  with: Record<string, unknown>;
}

export interface Draft {
  inputs: Record<string, unknown> | null;
  /** In the places of the document: something unreadable is a step without id and kind. */
  steps: readonly DraftStep[];
  output: unknown;
}

export function readDraft(source: unknown): Draft {
  const root = asObject(source) ?? {};
  const steps = Array.isArray(root.steps) ? root.steps : [];
  return {
    inputs: asObject(toRecord(root.inputs)),
    steps: steps.map((step, position) => readStep(asObject(step) ?? {}, ['steps', position])),
    output: root.output ?? null,
  };
}

function readStep(raw: Record<string, unknown>, path: readonly (string | number)[]): DraftStep {
  const forEach = asObject(raw.forEach);
  const dependsOn = Array.isArray(raw.dependsOn) ? raw.dependsOn : [];
  return {
    path,
    id: asText(raw.id),
    kind: stepKinds.find((kind) => kind === raw.kind) ?? null,
    dependsOn: dependsOn.map((id) => asText(id) ?? ''),
    if: asText(raw.if),
    onError: raw.onError ?? 'fail',
    timeout: raw.timeout ?? null,
    retry: asObject(raw.retry),
    forEach: forEach && { items: forEach.items, as: asText(forEach.as) ?? 'item' },
    with: asObject(raw.with) ?? {},
  };
}

export function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

/** Empty text is absent. */
export function asText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
