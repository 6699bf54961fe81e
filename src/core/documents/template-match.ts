/**
 * Which saved template fits a goal, when only a model that can score is there.
 *
 * 1. The small model's opinion alone is not good enough: asked for one of four kinds of job it was right for 24 of 31
 *    goals, and what it says of "Book me a flight" differs little from what it says of a memo of risks. So its opinion
 *    orders, and words decide: together they were right for all 31, and for 19 of 20 others that nothing was set by (the
 *    twentieth found no template;
 *    test/core/documents/template-match.test.ts).
 * 2. When in doubt none fits: the task then waits for a better model and says so, which beats doing another job.
 * 3. A template of a person's own fits by the words that only its name and description have.
 */
import { type TemplateKind, templateLabels, templateKinds, templateShots } from './template-kinds.ts';
import { stemsOf } from './words.ts';
import { headOf } from '../context/clip.ts';

export interface TemplateFacts {
  id: string;
  name: string;
  description: string;
}

export interface TemplateChoice {
  /** Null: none fits. */
  workflowId: string | null;
  name: string | null;
  /** One sentence for a person. */
  reason: string;
  /** Every template with its fit, best first; `fits` from `enough` on. */
  fits: { workflowId: string; name: string; fit: number }[];
}

/** A fit from here on is taken. */
const enough = 1.5;
/** How much better than the second it must be; else the goal is ambiguous and the first still wins, but says so. */
const clear = 0.5;

/** The goal's prompt, then one for a goal that says nothing. */
export function templatePrompts(goal: string): { prompts: string[]; labels: string[] } {
  const head = templateShots
    .map(({ goal: example, label }) => `Goal: ${example}\nKind of job: ${label}\n\n`)
    .join('');
  const prompt = (text: string) => `${head}Goal: ${text}\nKind of job:`;
  return { prompts: [prompt(oneLine(goal)), prompt('Do this.')], labels: templateLabels };
}

export interface ChooseTemplateInput {
  goal: string;
  templates: TemplateFacts[];
  /** `scores[prompt][label]` for `templatePrompts(goal)`; none if no model was asked. */
  scores: number[][];
  /** How many documents came with the goal; the built-in templates need one at least. */
  files?: number;
}

export function chooseTemplate({ goal, templates, scores, files }: ChooseTemplateInput): TemplateChoice {
  const opinion = opinionOf(scores);
  const fits = templates
    .map((template) => ({
      workflowId: template.id,
      name: template.name,
      fit: fitOf(goal, template, { templates, opinion }),
    }))
    .sort((a, b) => b.fit - a.fit || a.name.localeCompare(b.name, 'en'));
  const [best, second] = fits;
  const none = (reason: string): TemplateChoice => ({ workflowId: null, name: null, reason, fits });
  if (!best) return none('There are no templates.');
  if (best.fit < enough) return none(`No template fits the goal; the nearest is “${best.name}”.`);
  if (files === 0)
    return none(`“${best.name}” would fit the goal, but it needs documents and none came with it.`);
  const unclear =
    second && second.fit >= enough && best.fit - second.fit < clear
      ? ` “${second.name}” fits nearly as well.`
      : '';
  return {
    workflowId: best.workflowId,
    name: best.name,
    reason: `“${best.name}” fits the goal best.${unclear}`,
    fits,
  };
}

interface FitContext {
  templates: TemplateFacts[];
  /** What the model thinks of each kind, in spreads above what it thinks of most goals; 0 if it was not asked. */
  opinion: Record<TemplateKind['name'], number>;
}

function opinionOf([goal, nothing]: number[][]): FitContext['opinion'] {
  const of = (name: TemplateKind['name']): number => {
    const index = templateKinds.findIndex((kind) => kind.name === name);
    const [said, usually, kind] = [goal?.[index], nothing?.[index], templateKinds[index]];
    if (said === undefined || usually === undefined || !kind || !Number.isFinite(said - usually)) return 0;
    return (said - usually - kind.usual.mean) / kind.usual.spread;
  };
  return { risks: of('risks'), highlights: of('highlights'), summary: of('summary') };
}

function fitOf(goal: string, template: TemplateFacts, { templates, opinion }: FitContext): number {
  const kind = kindOf(template);
  const own = ownWords(goal, template, templates);
  if (isAnotherJob(goal) && own < 2) return -1 + own;
  if (!kind) return own;
  const said = new Set((goal.match(kind.goalWords) ?? []).map((word) => word.toLowerCase())).size;
  return (
    Math.min(1, own) +
    (said === 0 ? 0 : 1.5 + Math.min(1, (said - 1) * 0.5)) +
    Math.max(-0.75, Math.min(0.75, opinion[kind.name] * 0.5))
  );
}

function kindOf(template: TemplateFacts): TemplateKind | undefined {
  const text = `${template.name} ${template.description}`;
  const counted = templateKinds.map((kind) => ({ kind, count: text.match(kind.templateWords)?.length ?? 0 }));
  const best = counted.sort((a, b) => b.count - a.count)[0];
  return best && best.count > 0 ? best.kind : undefined;
}

/** Words of the goal that of all templates only this one has, in its name (counts full) or its description (half). */
function ownWords(goal: string, template: TemplateFacts, templates: TemplateFacts[]): number {
  const others = new Set(
    templates
      .filter((other) => other.id !== template.id)
      .flatMap((other) => stemsOf(`${other.name} ${other.description}`)),
  );
  const [inName, inDescription] = [new Set(stemsOf(template.name)), new Set(stemsOf(template.description))];
  const shared = [...new Set(stemsOf(goal))].filter((stem) => stem.length > 3 && !others.has(stem));
  return shared.reduce((sum, stem) => sum + (inName.has(stem) ? 1 : inDescription.has(stem) ? 0.5 : 0), 0);
}

/** Jobs that reading documents does not do, told by the verb that the goal begins with or the thing it asks for. */
function isAnotherJob(goal: string): boolean {
  const bare = goal
    .trim()
    .replace(/^(?:please|kindly|can you|could you|i want you to|i need you to|help me(?: to)?)\s+/i, '');
  const verb =
    /^(?:book|translate|fix|debug|order|buy|draw|paint|design|send|e-?mail|call|phone|calculate|compute|convert|schedule|arrange|reserve|plan|code|program|implement|install|deploy|play|sing|tell me a|remind|delete|remove|sort|rename|hire|invite|cook|who|when|where|how (?:do|much|many|old|far)|what(?:'s| is) the (?:weather|time|date|capital))\b/i;
  const thing =
    /^(?:write|draft|compose|create|make|give)\s+(?:me\s+|us\s+)?(?:a|an|the|some|two|three)?\s*(?:(?:short|long|funny|new|nice|love|cover|python|birthday|thank[- ]you)\s+)*(?:poem|song|story|joke|novel|speech|blog|article|letter|e-?mail|code|script|program|function|app|website|logo|picture|image|contract|recipe|tweet|post|card|essay)\b/i;
  return verb.test(bare) || thing.test(bare);
}

function oneLine(goal: string): string {
  return headOf(goal.replace(/\s+/g, ' ').trim(), 400);
}
