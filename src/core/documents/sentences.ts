/**
 * A passage's sentences, each a verbatim part of it. The platform's own segmenter finds the ends; what it gets wrong in
 * business prose (abbreviations, numbered references, initials) is put together again.
 */
const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
const abbreviation =
  /(?:^|[\s("“])(?:e\.g|i\.e|cf|vs|approx|ca|no|nos|art|sec|fig|pp?|vol|mr|mrs|ms|dr|prof|st|ltd|inc|co|corp|plc|dept|est|max|min|incl|excl|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|z\.\s?b|d\.\s?h|bzw|nr|abs|\p{Lu})\.$/iu;

export function splitSentences(text: string): string[] {
  const sentences: string[] = [];
  let open = '';
  for (const { segment } of segmenter.segment(text)) {
    // A small letter goes on with what was open: “Why?” she asked.
    const before = /^\p{Ll}/u.test(segment) && open === '' ? (sentences.pop() ?? '') : '';
    open += before === '' ? segment : `${before} ${segment}`;
    if (abbreviation.test(open.trim())) continue;
    if (open.trim() !== '') sentences.push(open.trim());
    open = '';
  }
  if (open.trim() !== '') sentences.push(open.trim());
  return sentences;
}
