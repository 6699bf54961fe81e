/** What the choice of a template knows about kinds of jobs: data only. Label words differ in their first token. */
export interface TemplateKind {
  name: 'risks' | 'highlights' | 'summary';
  label: string;
  /** Tell which kind a template is, in its name and description. */
  templateWords: RegExp;
  /** Tell that a goal asks for this kind. */
  goalWords: RegExp;
  /**
   * The model's log-chance of the label for a goal, minus that for a goal that says nothing: its mean and spread over 31
   * goals, measured with SmolLM2-135M-Instruct (Q4_1).
   */
  usual: { mean: number; spread: number };
}

export const templateKinds: TemplateKind[] = [
  {
    name: 'risks',
    label: 'risks',
    templateWords: /\b(?:risk|danger|threat|problem|hazard|weakness|bad news)/gi,
    goalWords:
      /\b(?:risk|danger|threat|hazard|problem|issue|worr(?:y|ie)|concern|go(?:es|ne)? wrong|went wrong|worst|penalt|liabilit|obligation|exposure|weakness|vulnerab|red flag|downside|pitfall|trouble|bad news|warning|fail|breach|deal[- ]?breaker|lawsuit)\w*/gi,
    usual: { mean: 0.6, spread: 1.2 },
  },
  {
    name: 'highlights',
    label: 'good news',
    templateWords: /\b(?:highlight|good news|achievement|win|success|strength|opportunit)/gi,
    goalWords:
      /\b(?:highlight|good news|achievement|accomplish|success|win\b|wins\b|won\b|went well|going well|go(?:es)? well|strength|opportunit|best result|best thing|positive|milestone|progress|proud|improvement|celebrate|upside|good side|good stuff)\w*/gi,
    usual: { mean: 0.35, spread: 0.5 },
  },
  {
    name: 'summary',
    label: 'summary',
    templateWords: /\b(?:summar|overview|main point|digest|abstract|key fact)/gi,
    goalWords:
      /\b(?:summar(?:y|i[sz]e)|overview|key (?:point|fact|message|takeaway)|main (?:point|fact|message|idea)|takeaway|tl;?dr|in short|in brief|gist|digest|sum up|abstract|recap|condense|what (?:do|does|is in|are|is) (?:the|these|this|those|my|our) (?:\w+ ){0,2}(?:file|document|report|contract|text|paper|pdf|about)|what (?:the|these|this) \w+ (?:say|is about|are about))\w*/gi,
    usual: { mean: 1.7, spread: 0.85 },
  },
];

export const templateLabels = [...templateKinds.map((kind) => kind.label), 'nothing'];

/** Tried with four sets of label words; with these the kinds order best (area under the curve 0.87, 0.92, 0.97). */
export const templateShots = [
  { goal: 'Name the dangers in this contract.', label: 'risks' },
  { goal: 'Order a taxi for tomorrow.', label: 'nothing' },
  { goal: 'Tell us what went well in the report.', label: 'good news' },
  { goal: 'What is in these documents?', label: 'summary' },
  { goal: 'Write a song for my friend.', label: 'nothing' },
  { goal: 'List the problems that could hurt us.', label: 'risks' },
  { goal: 'Show our best results.', label: 'good news' },
  { goal: 'Give a short overview of the file.', label: 'summary' },
  { goal: 'Translate the letter.', label: 'nothing' },
];
