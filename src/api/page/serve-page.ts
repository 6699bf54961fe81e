import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import express, { type Express } from 'express';
import { AppError } from '../../errors.ts';

/** Files with a hash in their name never change; the page itself is asked for anew each time. Unknown paths are the page's own. */
export function servePage(app: Express, webDir: string | undefined): void {
  const folder = webDir === undefined ? undefined : resolve(webDir);
  if (folder !== undefined) {
    app.use(
      express.static(folder, {
        index: false,
        setHeaders: (response, path) => {
          const hashed = path.startsWith(join(folder, 'assets'));
          response.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
        },
      }),
    );
  }
  app.use((request, response, next) => {
    const index = folder === undefined ? undefined : join(folder, 'index.html');
    const forPeople = request.method === 'GET' && request.accepts(['html', 'json']) === 'html';
    if (!forPeople || /\.\w+$/.test(request.path)) {
      next(new AppError('not_found', 'There is nothing at this address.'));
    } else if (index !== undefined && existsSync(index)) {
      response.set('Cache-Control', 'no-cache').sendFile(index);
    } else {
      next(
        new AppError(
          'not_found',
          'The page was not built here. The API is at /api/v2, its reference at /docs.',
        ),
      );
    }
  });
}
