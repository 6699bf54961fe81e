import * as z from 'zod';
import { FileId } from './ids.ts';
import { FileStatus } from './status.ts';

export const FileView = z
  .object({
    id: FileId,
    name: z.string(),
    mediaType: z.string(),
    kind: z.string().describe('text, markdown, csv, pdf, docx or image'),
    size: z.int().describe('Bytes'),
    sha256: z.string(),
    status: FileStatus,
    pages: z.int().nullable(),
    passages: z.int().describe('Citable passages found'),
    progress: z.number().min(0).max(1),
    problem: z.object({ code: z.string(), message: z.string() }).nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'File' });
export type FileView = z.infer<typeof FileView>;
