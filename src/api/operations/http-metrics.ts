import type { RequestHandler } from 'express';
import { Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface HttpMetrics {
  registry: Registry;
  measure: RequestHandler;
}

/** One registry per app. Others may add their own figures to it. */
export function createHttpMetrics(registry = new Registry()): HttpMetrics {
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'adjutant_http_request_seconds',
    help: 'How long requests took, by route and status',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  return {
    registry,
    measure: (request, response, next) => {
      const stop = duration.startTimer({ method: request.method });
      response.once('close', () => {
        // Only routes that we know become labels: addresses out of thin air would fill the memory.
        stop({ route: String(response.locals.route ?? 'other'), status: String(response.statusCode) });
      });
      next();
    },
  };
}
