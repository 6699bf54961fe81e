/** Facts as an agent reads them: material, whoever wrote them, so that none of them becomes an instruction. */
import type { MemoryScope, MemorySource } from '../../contracts/memory.ts';
import { material } from '../prompts/turn.ts';

export interface ToldFact {
  id: string;
  scope: MemoryScope;
  text: string;
  source: Pick<MemorySource, 'kind' | 'name'>;
  confidence: number;
  untrusted: boolean;
}

const about: Record<MemoryScope, string> = {
  workspace: 'for everybody',
  agent: 'for you',
  person: 'about the person you work for',
};

export function factsText(facts: readonly ToldFact[]): string {
  return material('remembered facts', facts.map(factLine).join('\n'));
}

function factLine({ id, scope, text, source, confidence, untrusted }: ToldFact): string {
  const parts = [id, about[scope], `from ${source.name}`];
  if (confidence < 1) parts.push(`confidence ${confidence.toFixed(2)}`);
  if (untrusted) parts.push('not confirmed by a person');
  return `[${parts.join(' · ')}] ${text.replace(/\s*\n\s*/g, ' ')}`;
}
