/**
 * Who should do it: a score for each agent that has all the required capabilities.
 *
 * fit: meeting the need exactly is best, an expert on a beginner's job is a little waste (0.6..1); load: free share of its slots;
 * success: completed share of past attempts with a prior of three completed out of four, so that new agents get work.
 */
import type { AssignmentRecord } from '../../contracts/assignment.ts';
import type { Capability } from '../../contracts/agent.ts';

export interface AssignmentCandidate {
  id: string;
  name: string;
  capabilities: Capability[];
  active: number;
  maxConcurrent: number;
  succeeded: number;
  failed: number;
}

export type ScoredCandidate = AssignmentRecord['candidates'][number];

const weights = { fit: 0.4, load: 0.25, success: 0.35 };
export const topCandidates = 20;

/** Best first; equal scores by id, so that the same record gives the same order. */
export function scoreAssignment(candidates: AssignmentCandidate[], needs: Capability[]): ScoredCandidate[] {
  return candidates
    .map((candidate) => {
      const fit = fitOf(candidate, needs);
      const load = 1 - Math.min(1, candidate.active / candidate.maxConcurrent);
      const success = (candidate.succeeded + 3) / (candidate.succeeded + candidate.failed + 4);
      const score = weights.fit * fit + weights.load * load + weights.success * success;
      return {
        agentId: candidate.id,
        name: candidate.name,
        score: round(score),
        fit: round(fit),
        load: round(load),
        success: round(success),
      };
    })
    .sort((a, b) => b.score - a.score || (a.agentId < b.agentId ? -1 : 1));
}

function fitOf(candidate: AssignmentCandidate, needs: Capability[]): number {
  if (needs.length === 0) return 0.8;
  const levels = new Map(candidate.capabilities.map((capability) => [capability.name, capability.level]));
  const parts = needs.map((need) => 1 - 0.1 * ((levels.get(need.name) ?? need.level) - need.level));
  return parts.reduce((sum, part) => sum + part, 0) / parts.length;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** One sentence for people: why this one. */
export function assignmentReason(
  chosen: ScoredCandidate,
  { needs, skippedFull }: { needs: Capability[]; skippedFull: number },
): string {
  const has =
    needs.length > 0
      ? `has ${needs.map((need) => `${need.name} ≥ ${need.level}`).join(', ')}`
      : 'may do any step';
  const full = skippedFull > 0 ? `; ${skippedFull} better placed had no free slot` : '';
  return `${chosen.name} ${has}: fit ${chosen.fit}, free ${chosen.load}, success ${chosen.success}${full}.`;
}
