import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { FileRow } from '../../db/mappings/file.ts';
import type { FileStorage } from '../../files/storage.ts';

/** An upload goes out as a download only: shown in our origin, a hostile file could act as the person who opens it. */
export async function sendContent(response: Response, file: FileRow, files: FileStorage): Promise<void> {
  const content = await files.open(file.sha256);
  response
    .status(200)
    .attachment(file.name)
    .set({
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(file.size),
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'private, no-cache, no-transform',
      ETag: `"${file.sha256}"`,
    });
  // Who goes away in the middle is no error of ours.
  await pipeline(content, response).catch((error: unknown) => {
    if (!response.destroyed) throw error;
  });
}
