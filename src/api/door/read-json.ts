import express, { type Request, type RequestHandler, type Response } from 'express';
import { AppError } from '../../errors.ts';

export const jsonLimitBytes = 1_000_000;

// `strict: false` lets any JSON through, so that the schema says what is wrong with it and where.
const parseJson = express.json({ limit: jsonLimitBytes, strict: false, type: () => true });
const readText = express.text({ limit: jsonLimitBytes, type: () => true });

/** The body as JSON, undefined when there is none. Throws 415 for another media type, 400 for broken JSON, 413 over 1 MB. */
export async function readJson(request: Request, response: Response): Promise<unknown> {
  if (!hasBody(request)) return undefined;
  if (!request.is(['application/json', 'application/*+json'])) throw unsupportedBody('application/json');
  await run(parseJson, request, response);
  return request.body;
}

export async function readBodyText(request: Request, response: Response): Promise<string> {
  if (!hasBody(request)) return '';
  await run(readText, request, response);
  return typeof request.body === 'string' ? request.body : '';
}

export function hasBody(request: Request): boolean {
  return (
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  );
}

export function unsupportedBody(wanted: string): AppError {
  return new AppError('unsupported_media_type', `Send the body as ${wanted}.`);
}

/** A middleware as a promise. */
export function run(handler: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    void handler(request, response, (error?: unknown) => {
      if (error === undefined || error === null) resolve();
      else
        reject(error instanceof Error ? error : new Error('The body could not be read.', { cause: error }));
    });
  });
}
