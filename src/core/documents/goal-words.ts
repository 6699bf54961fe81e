/** What a goal says about the form of its result: how many items, what title, which kind of question. */
import { type KindName, kinds } from './kinds.ts';
import { headOf } from '../context/clip.ts';

const numberWords = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const mostItems = 10;

/** "the three biggest risks" asks for 3; a number that counts pages or words does not. */
export function countOf(goal: string, kind: KindName): number {
  const pattern = new RegExp(
    `\\b(\\d{1,2}|${numberWords.join('|')})(?:[- ](?:page|word|line|minute|day|week|month|sentence)s?\\b)?`,
    'gi',
  );
  for (const match of goal.matchAll(pattern)) {
    const word = (match[1] ?? '').toLowerCase();
    if (match[0].length > word.length) continue;
    const count = numberWords.includes(word) ? numberWords.indexOf(word) + 1 : Number(word);
    const counts = count > 1 || new RegExp(`\\b(?:the|top|biggest)\\s+${word}\\b`, 'i').test(goal);
    if (counts && count >= 1 && count <= mostItems) return count;
  }
  return kinds[kind].defaultCount;
}

/** The goal as a title: "Write a one-page memo for the board: the three biggest risks, each with its source." → "Memo for the board: the three biggest risks". */
export function titleOf(goal: string, kind: KindName): string {
  const first = goal.trim().split(/(?<=[.!?])\s|\n/)[0] ?? '';
  const bare = first
    .replace(/[.!?]+$/, '')
    .replace(/^(?:please|kindly|can you|could you|i want you to|i need you to|i need|i want)\s+/i, '')
    .replace(
      /^(?:write|draft|prepare|create|make|give|compose|produce|compile|put together)\s+(?:me\s+|us\s+)?/i,
      '',
    )
    .replace(
      /^(?:summari[sz]e|sum up)\s+(?=(?:the|these|this|all|my|our|attached)\b[^.]{0,30}(?:documents?|files?|reports?|texts?|contracts?)$)/i,
      'Summary of ',
    )
    .replace(
      /^(?:summari[sz]e|list|find|extract|show|tell|collect|name|pick out|identify)\s+(?:me\s+|us\s+)?/i,
      '',
    )
    .replace(/^(?:what|which) (?:are|is|were|was) /i, '')
    .replace(/^what (?:do|does) (.+?) say about /i, 'What $1 say about ')
    .replace(/^(?:a|an|the)\s+/i, '')
    .replace(
      /^(?:(?:short|brief(?! (?:of|for|on|about|to))|concise|one[- ]page|1[- ]page|two[- ]page|quick)\s+)+/i,
      '',
    )
    .replace(
      /,?\s+(?:each\s+)?with\s+(?:its|their|the|all|a)\s+(?:exact\s+)?(?:sources?|places?|references?|quotes?)$/i,
      '',
    )
    .trim();
  if (bare.length < 4) return capital(kinds[kind].noun.many);
  const end = bare.lastIndexOf(' ', 88);
  return capital(bare.length <= 90 ? bare : `${headOf(bare, end > 0 ? end : 88)} …`);
}

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase('en') + text.slice(1);
}

export function inWords(count: number): string {
  return numberWords[count - 1] ?? String(count);
}
