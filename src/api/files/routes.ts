import * as z from 'zod';
import { addFiles } from '../../commands/add-files.ts';
import { requireOperator } from '../../commands/caller.ts';
import { FileView } from '../../contracts/file.ts';
import { FileId } from '../../contracts/ids.ts';
import { PageQuery, pageOf } from '../../contracts/page.ts';
import { PassageView } from '../../contracts/passage.ts';
import { fileList, findFile, type NewFile, readPassages } from '../../db/file-store.ts';
import { listPage } from '../../db/list-page.ts';
import type { FileRow } from '../../db/mappings/file.ts';
import type { Tx } from '../../db/record.ts';
import { notFound } from '../../errors.ts';
import type { FileStorage } from '../../files/storage.ts';
import type { Door } from '../door/door.ts';
import { listNote } from '../door/list-note.ts';
import { openRoute, route } from '../door/route.ts';
import { receiveUpload } from './receive-upload.ts';
import { sendContent } from './send-content.ts';

const tag = 'files';
const params = z.object({ fileId: FileId });
const uploadForm = {
  'multipart/form-data': {
    schema: {
      type: 'object',
      description: 'Up to 20 files of up to 50 MB in the field "files"',
      required: ['files'],
      properties: {
        files: { type: 'array', minItems: 1, maxItems: 20, items: { type: 'string', format: 'binary' } },
      },
    },
  },
};

export function fileRoutes(door: Door, storage: { files: FileStorage; uploadDir: string }): void {
  route(
    door,
    {
      method: 'post',
      path: '/files',
      tag,
      summary: 'Upload files',
      description:
        'Text, Markdown, CSV, PDF and DOCX. The bytes decide what a file is. One file that cannot be used refuses all.',
      body: z.custom<NewFile[]>(),
      otherBodies: uploadForm,
      reply: z.object({ items: z.array(FileView) }),
      status: 201,
      errors: [
        'forbidden',
        'unsupported_file_type',
        'lying_file_type',
        'encrypted_file',
        'empty_file',
        'too_many_files',
      ],
    },
    {
      readBody: (request, response, caller) => {
        // Before 1 GB is taken in from somebody who may not.
        requireOperator(caller);
        return receiveUpload(request, response, storage);
      },
      location: ({ items }) => (items.length === 1 ? `/api/v2/files/${items[0]?.id}` : '/api/v2/files'),
      handle: async ({ tx, caller, body }) => ({
        items: (await addFiles(tx, caller, body)).map(presentFile),
      }),
    },
  );
  route(
    door,
    {
      method: 'get',
      path: '/files',
      tag,
      summary: 'List files',
      description: listNote(fileList),
      query: PageQuery,
      reply: pageOf(FileView),
      errors: ['invalid_filter'],
    },
    {
      handle: async ({ tx, query }) => {
        const page = await listPage<FileRow>(tx, fileList, query);
        return { ...page, items: page.items.map(presentFile) };
      },
    },
  );
  readRoutes(door, storage.files);
}

function readRoutes(door: Door, files: FileStorage): void {
  route(
    door,
    {
      method: 'get',
      path: '/files/{fileId}',
      tag,
      summary: 'Read what is known of a file',
      params,
      reply: FileView,
    },
    { handle: async ({ tx, params: { fileId } }) => presentFile(await fileOf(tx, fileId)) },
  );
  openRoute(
    door,
    {
      method: 'get',
      path: '/files/{fileId}/content',
      tag,
      summary: 'Download a file',
      params,
      replyType: 'application/octet-stream',
    },
    async ({ caller, params: { fileId }, response }) => {
      const scope = { workspaceId: caller.workspaceId, actor: caller.principalId };
      const file = await door.db.inWorkspace(scope, (tx) => fileOf(tx, fileId));
      await sendContent(response, file, files);
    },
  );
  textRoute(door);
}

function textRoute(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/files/{fileId}/text',
      tag,
      summary: 'Read the text of a file, passage by passage',
      params,
      query: PageQuery.pick({ pageSize: true }).extend({
        pageToken: z
          .string()
          .regex(/^\d{1,9}$/, 'Not a page token of this list.')
          .optional(),
      }),
      reply: pageOf(PassageView),
    },
    {
      handle: async ({ tx, params: { fileId }, query: { pageSize, pageToken = '0' } }) => {
        const file = await fileOf(tx, fileId);
        const items = await readPassages(tx, fileId, { from: Number(pageToken), limit: pageSize + 1 });
        const next = items.length > pageSize ? String(items.pop()?.n) : null;
        return { items, nextPageToken: next, totalSize: file.passages };
      },
    },
  );
}

async function fileOf(tx: Tx, fileId: string): Promise<FileRow> {
  const row = await findFile(tx, fileId);
  if (!row) throw notFound('file', fileId);
  return row;
}

function presentFile(row: FileRow): FileView {
  const { id, name, mediaType, kind, size, sha256, status, pages, passages, progress, problem, createdAt } =
    row;
  return {
    id,
    name,
    mediaType,
    kind,
    size,
    sha256,
    status,
    pages,
    passages,
    progress,
    problem,
    createdAt: createdAt.toISOString(),
  };
}
