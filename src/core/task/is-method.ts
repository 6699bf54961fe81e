import type { EffectFacts } from './snapshot.ts';

const prefix = 'method:';

/** The method of a step, and no tool of that name that a model has made up: those know which call of the model they are. */
export function isMethod({ purpose, input }: Pick<EffectFacts, 'purpose' | 'input'>): boolean {
  return purpose.startsWith(prefix) && input.callId === undefined;
}

export function methodPurpose(name: string): string {
  return prefix + name;
}

export function methodName(purpose: string): string {
  return purpose.slice(prefix.length);
}
