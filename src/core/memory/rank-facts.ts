/**
 * Which facts are worth telling: how well their words fit counts most, then how sure they are, then how fresh. Pure.
 *
 * A fact that no person has confirmed comes after one that fits as well and was. Equal ones come by id, so that the same record gives the
 * same answer.
 */
export interface FactHit {
  id: string;
  /** How well its words fit the question, above 0; only compared with other hits of the same question. */
  fits: number;
  confidence: number;
  untrusted: boolean;
  updatedAt: Date;
}

const weights = { fits: 0.7, confidence: 0.2, fresh: 0.1 };
const doubt = 0.1;
/** After this long a fact counts as half as fresh. */
const halfLifeMs = 90 * 24 * 3600 * 1000;

export function rankFacts<Hit extends FactHit>(hits: readonly Hit[], now: Date): Hit[] {
  const best = Math.max(...hits.map(({ fits }) => fits), Number.MIN_VALUE);
  const worth = ({ fits, confidence, untrusted, updatedAt }: Hit) => {
    const age = Math.max(0, now.getTime() - updatedAt.getTime());
    const fresh = 0.5 ** (age / halfLifeMs);
    const sum = weights.fits * (fits / best) + weights.confidence * confidence + weights.fresh * fresh;
    return untrusted ? sum - doubt : sum;
  };
  return hits
    .map((hit) => ({ hit, worth: worth(hit) }))
    .sort((a, b) => b.worth - a.worth || (a.hit.id < b.hit.id ? -1 : 1))
    .map(({ hit }) => hit);
}
