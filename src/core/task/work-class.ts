/** What kind of work a call is: what a model must be fit for, and where what is learned of it belongs. */
import type { Capability } from '../../contracts/agent.ts';
import type { TaskClass } from '../route-model.ts';

const classOf: Record<string, TaskClass> = {
  plan: 'plan',
  replan: 'plan',
  synthesis: 'write',
  work: 'write',
  hear: 'chat',
  reply: 'chat',
  chat: 'chat',
  judge: 'judge',
  summarise: 'summarise',
};

/** Words that begin a capability's name or a part of it, and the kind of work that they stand for. */
const classOfWord: readonly [RegExp, TaskClass][] = [
  [/(^|[-_])(cod(e|ing)|program|develop|software)/, 'code'],
  [/(^|[-_])summar/, 'summarise'],
  [/(^|[-_])(extract|classif|transcri)/, 'extract'],
  [/(^|[-_])(analy|research|review|audit|calculat)/, 'analyse'],
];

/** Work of a step goes by the capabilities that it requires. What has no name here is scored. */
export function classOfPurpose(purpose: string, requires: readonly Capability[] = []): TaskClass {
  const known = classOf[purpose] ?? 'score';
  if (purpose !== 'work') return known;
  const words = classOfWord.find(([pattern]) => requires.some(({ name }) => pattern.test(name)));
  return words?.[1] ?? known;
}
