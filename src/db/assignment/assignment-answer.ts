/** What an assignment answers: who took the task, and who else could have. */
import type { AgentSpec } from '../../contracts/agent.ts';
import type { Score, ScoredCandidate } from '../../core/task/score-assignment.ts';

export interface Taken {
  id: string;
  name: string;
  revision: number;
  /** As of this revision. */
  spec: AgentSpec;
  score: Score;
  /** With this task. */
  active: number;
  maxConcurrent: number;
  /** Candidates with a better score that had no free slot. */
  skipped: number;
  probe: boolean;
}

export interface Filtered {
  incapable: number;
  paused: number;
  tools: number;
  excluded: number;
  failing: number;
}

export interface AssignmentAnswer {
  taken: Taken | null;
  /** Able and not left out, free or not. */
  able: number;
  /** Somebody able has a free slot that nobody who comes before needs; who was not taken all the same was held just then. */
  vacant: boolean;
  top: ScoredCandidate[];
  filtered: Filtered;
  /** When the next agent that keeps failing may be tried. */
  nextProbeAt: Date | null;
}
