/**
 * Who should do it: the formula. PostgreSQL computes it over all agents at once (src/db/assignment/assign-statement.ts, with these constants); this is
 * what it has to come to, and a property test holds the two together.
 *
 * 1. Each part is 0..1, the score is their mean by the workspace's weights, so that it is 0..1 too.
 * 2. Experience fades: after `halfLifeDays` it counts half. A prior of three good attempts of four stands for what is not known.
 * 3. Luck is made of the task and the agent, so that the same record gives the same answer; it fades as experience grows.
 */
import type { AssignmentRecord, AssignmentWeights } from '../../contracts/assignment.ts';
import type { Capability } from '../../contracts/agent.ts';

export const halfLifeDays = 14;
export const priorGood = 3;
export const priorAll = 4;
/** Of the fit, for each level above the need. */
export const wastePerLevel = 0.1;
/** A task that costs as much, or takes as long, scores 0.5. */
export const middlingMicroUsd = 20_000;
export const middlingMs = 30_000;
export const unknownFigure = 0.5;
export const topCandidates = 20;
/** Luck is a remainder of this prime; salts are below it. */
export const luckModulus = 2_147_483_647;
/** Ratings up to this one say that the work was poor. */
export const poorRating = 2;

/** What is known of an agent in one capability. */
export interface Experience {
  level: number;
  good: number;
  bad: number;
  microUsd: number | null;
  ms: number | null;
  /** Seconds since 1970. */
  asOf: number;
}

export interface Candidate {
  active: number;
  maxConcurrent: number;
  salt: number;
  /** One for each need, in their order; the one without a name for work that needs none. */
  experience: Experience[];
}

export type ScoredCandidate = AssignmentRecord['candidates'][number];
export type Score = Required<Omit<ScoredCandidate, 'agentId' | 'name'>>;

export interface Occasion {
  needs: Pick<Capability, 'level'>[];
  weights: AssignmentWeights;
  /** Seconds since 1970. */
  now: number;
  /** Of the task. */
  salt: number;
}

export function scoreCandidate(candidate: Candidate, { needs, weights, now, salt }: Occasion): Score {
  const known = candidate.experience.map((each, i) => partsOf(each, needs[i]?.level ?? 0, now));
  const attempts = mean(known.map((each) => each.attempts));
  const luck = Number((BigInt(candidate.salt) * BigInt(salt)) % BigInt(luckModulus)) / luckModulus;
  const parts = {
    fit: mean(known.map((each) => each.fit)),
    load: 1 - Math.min(1, candidate.active / candidate.maxConcurrent),
    success: mean(known.map((each) => each.success)),
    cost: mean(known.map((each) => each.cost)),
    speed: mean(known.map((each) => each.speed)),
    exploration: luck / Math.sqrt(1 + attempts),
  };
  const names = Object.keys(parts) as (keyof typeof parts)[];
  const sum = names.reduce((total, name) => total + weights[name] * parts[name], 0);
  return { score: sum / names.reduce((total, name) => total + weights[name], 0), ...parts };
}

function partsOf(experience: Experience, need: number, now: number) {
  const kept = fading(now - experience.asOf);
  const [good, bad] = [experience.good * kept, experience.bad * kept];
  return {
    fit: 1 - wastePerLevel * (experience.level - need),
    success: (good + priorGood) / (good + bad + priorAll),
    cost: figure(experience.microUsd, middlingMicroUsd),
    speed: figure(experience.ms, middlingMs),
    attempts: good + bad,
  };
}

function figure(value: number | null, middling: number): number {
  return value === null ? unknownFigure : middling / (middling + value);
}

/** Natural logarithm's share that is lost in a second. */
export const fadingPerSecond = Math.LN2 / (halfLifeDays * 86_400);

/** Beyond, nothing worth counting is left (and PostgreSQL calls it an underflow). */
export const fadedAfter = 50;

/** What is left of a count after so many seconds. A clock that went back fades nothing. */
export function fading(seconds: number): number {
  return Math.exp(-Math.min(fadedAfter, fadingPerSecond * Math.max(0, seconds)));
}

/** The same in PostgreSQL. */
export function fadingSql(seconds: string): string {
  return `exp(-least(${fadedAfter}, ${fadingPerSecond} * greatest(0, ${seconds})))`;
}

/** Success as it is shown: with the prior, as of now. */
export function successOf({ good, bad, asOf }: Pick<Experience, 'good' | 'bad' | 'asOf'>, now: number) {
  const kept = fading(now - asOf);
  return {
    success: (good * kept + priorGood) / ((good + bad) * kept + priorAll),
    attempts: (good + bad) * kept,
  };
}

/** A number from 1 to below the modulus, the same for the same task (FNV-1a). */
export function saltOf(taskId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < taskId.length; i += 1) hash = Math.imul(hash ^ taskId.charCodeAt(i), 0x01000193);
  return ((hash >>> 0) % (luckModulus - 1)) + 1;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export interface Circumstances {
  needs: Capability[];
  /** Candidates with a better score that had no free slot. */
  skipped: number;
  /** It keeps failing: this task tries whether it is well again. */
  probe: boolean;
}

/** One sentence for people: why this one. */
export function assignmentReason(chosen: ScoredCandidate, { needs, skipped, probe }: Circumstances): string {
  const can =
    needs.length > 0
      ? `has ${needs.map((need) => `${need.name} ≥ ${need.level}`).join(', ')}`
      : 'may do any step';
  const figures = `fit ${rounded(chosen.fit)}, free ${rounded(chosen.load)}, success ${rounded(chosen.success)}`;
  const full = skipped > 0 ? `; ${skipped} better placed had no free slot` : '';
  const tried = probe ? '; it kept failing, and this task tries whether it is well again' : '';
  return `${chosen.name} ${can}: ${figures}${full}${tried}.`;
}

export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
