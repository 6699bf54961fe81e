import { createHash } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { AppError } from '../../errors.ts';

export interface RateLimits {
  /** Requests per minute with the same key or session. */
  perCaller: number;
  /** Answers 401 per minute to the same address. Callers whose secret was right before are let through all the same. */
  refusedPerAddress: number;
}

const mostProven = 10_000;
const defaults: RateLimits = { perCaller: 12_000, refusedPerAddress: 300 };

export function limitRates({ perCaller, refusedPerAddress }: RateLimits = defaults): RequestHandler[] {
  const proven = new Set<string>();
  return [
    (request, response, next) => {
      response.once('finish', () => {
        if (response.locals.principalId === undefined) return;
        if (proven.size >= mostProven) proven.clear();
        proven.add(callerOf(request));
      });
      next();
    },
    limiter(refusedPerAddress, {
      keyGenerator: addressOf,
      skip: (request) => proven.has(callerOf(request)),
      skipSuccessfulRequests: true,
      requestWasSuccessful: (_request, response) => response.statusCode !== 401,
    }),
    limiter(perCaller, { keyGenerator: callerOf }),
  ];
}

function limiter(limit: number, options: Parameters<typeof rateLimit>[0]): RequestHandler {
  const seconds = 60;
  return rateLimit({
    ...options,
    windowMs: seconds * 1000,
    limit,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (request, _response, next) => {
      const { resetTime } = (request as Request & { rateLimit?: { resetTime?: Date } }).rateLimit ?? {};
      const wait = resetTime ? Math.max(1, Math.ceil((resetTime.getTime() - Date.now()) / 1000)) : seconds;
      const message = `More than ${limit} requests in ${seconds} seconds. Try again in ${wait} s.`;
      next(new AppError('too_many_requests', message, { retryAfter: wait }));
    },
  });
}

function addressOf(request: Request): string {
  return ipKeyGenerator(request.ip ?? '');
}

/** Before anybody is authenticated: whoever holds the same secret is the same caller. */
function callerOf(request: Request): string {
  const secret = request.get('authorization') ?? request.get('cookie');
  return secret ? createHash('sha256').update(secret).digest('base64') : addressOf(request);
}
