/**
 * The kinds of question that a small model can answer by scoring a document's own sentences. Data only: the few-shot
 * examples, the label words (they differ in their first token), and the words that count as cheap evidence.
 */
export type KindName = 'risks' | 'highlights' | 'summary' | 'about';

export interface ScoredKind {
  name: KindName;
  /** What one item is called in a memo. */
  noun: { one: string; many: string };
  /** Field names of the few-shot text: `Sentence: …` then `Meaning:`. */
  fields: { sentence: string; label: string };
  labels: string[];
  /** The label that is looked for. */
  target: string;
  examples: { sentence: string; label: string }[];
  /** Beginnings of words that speak for the target, and phrases that undo them. */
  evidence: RegExp;
  counterEvidence: RegExp;
  /** Words that speak for the contrary; phrases that undo those. */
  opposite?: { words: RegExp; undone: RegExp };
  /** A table's cell that says so in a word. */
  strongCell: RegExp;
  weakCell: RegExp;
  /** Prose says a matter better than one row of a log; how much better depends on what is looked for. */
  rowDiscount: number;
  /** How much the model's opinion counts beside the rest: its idea of good and bad is sound, of important less so. */
  opinion: number;
  /** How much it counts that a sentence speaks of what the rest of its document speaks of. */
  centrality: number;
  /** Every document should have an item, not only two of them. */
  everyDocument: boolean;
  defaultCount: number;
}

const newsExamples = [
  { sentence: 'The factory burned down and production stopped for two months.', label: 'bad news' },
  { sentence: 'Sales grew faster than planned and the new shop is full every day.', label: 'good news' },
  { sentence: 'The meeting takes place in the large hall on the second floor.', label: 'neutral' },
  { sentence: 'The bank may cancel the loan if the company breaks the rules again.', label: 'bad news' },
  { sentence: 'Invoices are sent by mail at the end of each month.', label: 'neutral' },
];

const badWords =
  /\b(?:fail|wrong|los[set]|losing|break|broke|breach|terminat|end this|late\b|delay|overdue|penalt|credit to|vacan|shortage|missing|destroy|spoil|ransom|attack|hack|leak|illegal|violat|inquiry|investigat|lawsuit|sued?\b|suspend|revok|insolv|bankrupt|liab|damag|expire|lapse|past (?:its|their)|no longer|below|fell\b|declin|drop|shrink|overrun|over budget|accident|injur|fire\b|fraud|theft|stolen|critical|severe|serious|risk|threat|danger|unpaid|default|withdraw|cancel|recall|outage|down\b|stopped|unable|cannot|not tested|no tested|complain|warn|vulnerab|unsupported|strain|refused|limit of|against us|competitor|without limit|vibrat)/giu;
const goodWords =
  /\b(?:grew|grow|gain|profit|record|best|success|award|won\b|win\b|improv|ahead|early|under (?:its|the|their)? ?budget|saved?\b|saving|new customer|signed|full\b|recover|reach|exceed|more than|up from|on plan|on track|passed|finished|celebrat|praise|satisf|renewed|extended|faster|lower(?:ed|s)?\b|without (?:an? )?(?:accident|fault|difference))/giu;
const undoBad =
  /\b(?:no|without|zero|never|not a single)\s+(?:an?\s+|any\s+|cooling\s+|serious\s+)?(?:accident|fault|damage|loss|delay|difference|failure|incident|complaint)s?\b|\bwithin the window\b|\bon time\b|\b(?:replaced|serviced|repaired) on plan\b/giu;
const undoGood = /\b(?:not|no longer|never|fell|below|less than)\b/giu;

export const kinds: Record<KindName, ScoredKind> = {
  risks: {
    name: 'risks',
    noun: { one: 'risk', many: 'risks' },
    fields: { sentence: 'Sentence', label: 'Meaning' },
    labels: ['bad news', 'good news', 'neutral'],
    target: 'bad news',
    examples: newsExamples,
    evidence: badWords,
    counterEvidence: undoBad,
    strongCell: /^(?:critical|severe|high|major|urgent|fatal|blocker|p1|sev ?1|red)$/i,
    weakCell: /^(?:low|info|informational|minor|trivial|none|p4|green)$/i,
    rowDiscount: 0.5,
    opinion: 1,
    centrality: 0,
    everyDocument: false,
    defaultCount: 3,
  },
  highlights: {
    name: 'highlights',
    noun: { one: 'highlight', many: 'highlights' },
    fields: { sentence: 'Sentence', label: 'Meaning' },
    labels: ['bad news', 'good news', 'neutral'],
    target: 'good news',
    examples: newsExamples,
    evidence: goodWords,
    counterEvidence: undoGood,
    opposite: { words: badWords, undone: undoBad },
    strongCell: /^(?:excellent|won|success|successful|praise|green)$/i,
    weakCell: /^(?:critical|severe|high|major|failed|red)$/i,
    rowDiscount: 0.8,
    opinion: 1,
    centrality: 0,
    everyDocument: false,
    defaultCount: 3,
  },
  summary: {
    name: 'summary',
    noun: { one: 'key fact', many: 'key facts' },
    fields: { sentence: 'Sentence', label: 'Kind' },
    labels: ['key fact', 'detail'],
    target: 'key fact',
    examples: [
      { sentence: 'The company sold 3,000 machines this year and earned 40 million.', label: 'key fact' },
      { sentence: 'The lamp in the corridor was replaced on Monday.', label: 'detail' },
      { sentence: 'The contract runs for five years and may be ended by either side.', label: 'key fact' },
      { sentence: 'Words in capital letters are explained in the next section.', label: 'detail' },
      { sentence: 'The largest customer brings half of all revenue.', label: 'key fact' },
      { sentence: 'The guests were shown the garden.', label: 'detail' },
    ],
    evidence:
      /\b(?:revenue|profit|margin|cost|total|largest|main|most|million|billion|per cent|percent|begins|runs for|expect|plan|must|result|grew|fell|rose|decid|renewed|limited to|liable|insur)/giu,
    counterEvidence: /\b(?:see section|table \d|figure \d)\b/giu,
    strongCell: /^(?:critical|severe|high|major)$/i,
    weakCell: /^(?:low|info|minor|trivial)$/i,
    rowDiscount: 1.5,
    opinion: 0.5,
    centrality: 0.8,
    everyDocument: true,
    defaultCount: 5,
  },
  about: {
    name: 'about',
    noun: { one: 'passage', many: 'passages' },
    fields: { sentence: 'Sentence', label: 'About the topic' },
    labels: ['yes', 'no'],
    target: 'yes',
    examples: [
      { sentence: 'Topic: pets. The dog barks whenever the postman comes.', label: 'yes' },
      { sentence: 'Topic: pets. The shop opens at nine.', label: 'no' },
      { sentence: 'Topic: money. The rent was raised by a tenth.', label: 'yes' },
      { sentence: 'Topic: money. It rained on Sunday.', label: 'no' },
    ],
    // What a topic's own words are is only known with the topic: see candidate-sentences.
    evidence: /(?!)/gu,
    counterEvidence: /(?!)/gu,
    strongCell: /(?!)/u,
    weakCell: /(?!)/u,
    rowDiscount: 0.5,
    opinion: 0.7,
    centrality: 0,
    everyDocument: false,
    defaultCount: 5,
  },
};
