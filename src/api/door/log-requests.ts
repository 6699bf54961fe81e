import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';

const quiet = new Set(['/livez', '/readyz', '/metrics']);

/** One line per request with its id, who asked, and the ids it was about. No headers: they carry secrets. */
export function logRequests(logger: Logger): RequestHandler {
  const log = pinoHttp<Request, Response>({
    logger,
    genReqId: (request) => request.id,
    autoLogging: { ignore: (request) => quiet.has(request.path) },
    quietReqLogger: true,
    customAttributeKeys: { reqId: 'requestId' },
    customLogLevel: (_request, response, error) => (error || response.statusCode >= 500 ? 'error' : 'info'),
    serializers: {
      req: ({ method, url }: { method: string; url: string }) => ({ method, url: url.split('?', 1)[0] }),
      res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
    },
    customProps: (_request, response) => ({
      ...response.locals?.ids,
      principalId: response.locals?.principalId,
    }),
  });
  return (request, response, next) => {
    log(request, response);
    next();
  };
}
