import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Request, Response } from 'express';
import multer from 'multer';
import { type ReceivedFile, stageFiles } from '../../commands/stage-files.ts';
import type { NewFile } from '../../db/file-store.ts';
import { AppError, isAppError } from '../../errors.ts';
import type { FileStorage } from '../../files/storage.ts';
import { run, unsupportedBody } from '../door/read-json.ts';

export const uploadLimits = { fileSize: 50_000_000, files: 20, fields: 20, parts: 40 };

/** Takes a multipart upload through a folder of its own that is gone afterwards, whatever happened. */
export async function receiveUpload(
  request: Request,
  response: Response,
  { files, uploadDir }: { files: FileStorage; uploadDir: string },
): Promise<NewFile[]> {
  if (!request.is('multipart/form-data'))
    throw unsupportedBody('multipart/form-data with the files in the field "files"');
  await mkdir(uploadDir, { recursive: true });
  const folder = await mkdtemp(join(uploadDir, 'upload-'));
  try {
    const parse = multer({
      storage: multer.diskStorage({ destination: folder }),
      limits: uploadLimits,
      // File names arrive as UTF-8; the default reads them as Latin-1.
      defParamCharset: 'utf8',
    }).array('files');
    await run(parse, request, response).catch((error: unknown) => {
      throw asFormFault(error);
    });
    const received = (request.files ?? []) as Express.Multer.File[];
    return await stageFiles(
      files,
      received.map(({ path, originalname }): ReceivedFile => ({ path, name: originalname })),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The form's reader throws bare errors for a broken form. What has a code comes from multer, or from the disk. */
function asFormFault(error: unknown): unknown {
  const bare = error instanceof Error && !isAppError(error) && !('code' in error);
  if (!bare) return error;
  const message = `The form cannot be read: ${error.message}.`;
  return new AppError('invalid_request', message, {
    problems: [{ pointer: '', code: 'malformed_form', message }],
    cause: error,
  });
}
