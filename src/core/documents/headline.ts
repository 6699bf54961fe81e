/**
 * A short heading in a sentence's own words: its subject where that can be told, else its first clause. Never a word that
 * does not stand in the sentence or in the heading above it.
 */
const verbs =
  'is are was were be has have had can could may might must shall should will would does did fell rose lost lose loses stopped stop stops failed fail fails ' +
  'broke breaks break went goes go grew grow grows runs ran run holds held came come comes brought brings bring got gets made makes left leaves leave took takes ' +
  'gave gives stands stood reached reaches remains remained refused asked asks expects expect reports insures requires charges charged arrived warmed complained announced ' +
  'ended ends begins began increased decreased declined dropped exceeded exceeds threatens threatened depends';
const finiteVerb = new RegExp(`^(?:${verbs.split(/\s+/).join('|')})$`, 'i');
const opener = /^(?:if|when|because|since|although|while|after|before|unless|once|as)\s+/i;
const determiner =
  /^(?:(?:the|a|an|our|its|their|this|these|each|all|any|no|some|two|three|four|five|six|seven|eight|nine|ten|of|both|most|many|several|further)\s+)+/i;
const connector =
  /(?:,|;|:|\s[–—-])\s|\s(?:and|but|so that|because|unless|while|although|which|who|that|if)\s/i;
const loneWord =
  /^(?:there|it|they|this|that|these|he|she|we|you|who|what|customer|carrier|party|parties|supplier|company)$/i;

/** For a matter that several sentences tell: the first that names its subject well, else the first of all. */
export function headlineOfAll(sentences: { text: string; heading?: string }[]): string {
  const named = sentences.map(({ text }) => subjectOf(text)).find((subject) => subject !== undefined);
  const [first] = sentences;
  return named === undefined ? headlineOf(first?.text ?? '', first?.heading) : capital(named);
}

export function headlineOf(text: string, above?: string): string {
  const subject = subjectOf(text);
  if (subject) return capital(subject);
  const clause = firstClause(text);
  const section = above?.replace(/^[\d.]+\s+/, '').trim() ?? '';
  const short = section !== '' && section.split(/\s+/).length <= 7;
  // The whole sentence again would be said twice.
  const whole = clause.length > text.length * 0.85;
  if (whole) return capital(short ? section : shortened(clause, 8));
  if (clause.endsWith('…') && short && /\s/.test(section) && sharesWord(section, text))
    return capital(section);
  return capital(clause);
}

function subjectOf(text: string): string | undefined {
  const words = text.replace(opener, '').split(/\s+/);
  const verb = words.findIndex((word, index) => index > 0 && finiteVerb.test(word.replace(/[^\p{L}]/gu, '')));
  if (verb < 1 || verb > 11) return undefined;
  const subject = words.slice(0, verb).join(' ');
  if (
    connector.test(`${subject} `) ||
    /\d/.test(subject) ||
    /^(?:at|in|on|by|for|from|during|until|since|with|of)\s/i.test(subject)
  )
    return undefined;
  const bare = subject.replace(determiner, '').replace(/[,;:]$/, '');
  const count = bare.split(/\s+/).length;
  // One or two words ("Transport authority") name who, not what: then the clause says more.
  if (bare === '' || loneWord.test(bare) || count < 3) return undefined;
  return bare;
}

function firstClause(text: string): string {
  const whole = text.replace(opener, '').replace(/[.!?…]["”’)]?$/, '');
  const cut = [...whole.matchAll(new RegExp(connector, 'gi'))].find(
    (match) => match.index > (/[,;:]/.test(match[0]) ? 18 : 28),
  );
  const clause = cut ? whole.slice(0, cut.index) : whole;
  const words = clause.split(/\s+/);
  if (words.length <= 15) return clause;
  return shortened(clause, 12);
}

function shortened(clause: string, most: number): string {
  const words = clause.split(/\s+/);
  const place = words.findLastIndex(
    (word, index) =>
      index > 2 &&
      index <= most &&
      /^(?:in|on|at|by|for|from|with|of|to|after|before|since|that)$/i.test(word),
  );
  return `${words.slice(0, place > 0 ? place : Math.max(2, Math.min(most, words.length - 2))).join(' ')} …`;
}

function sharesWord(section: string, text: string): boolean {
  const inText = new Set(text.toLowerCase().match(/\p{L}{4,}/gu) ?? []);
  return (section.toLowerCase().match(/\p{L}{4,}/gu) ?? []).some((word) => inText.has(word));
}

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase('en') + text.slice(1);
}
