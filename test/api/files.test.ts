import { readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { FileView } from '../../src/contracts/file.ts';
import type { Page } from '../../src/contracts/page.ts';
import type { PassageView } from '../../src/contracts/passage.ts';
import { type RunningApi, runApi } from './support/running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await runApi();
});

function formOf(...files: [name: string, content: string | Uint8Array][]): FormData {
  const form = new FormData();
  for (const [name, content] of files)
    form.append('files', new Blob([content as Uint8Array<ArrayBuffer>]), name);
  return form;
}

const upload = (...files: [string, string | Uint8Array][]) =>
  api.ask<{ items: FileView[] }>('POST', 'files', { form: formOf(...files) });

describe('files', () => {
  test('are stored, named as they were, and asked to be read', async () => {
    const { status, headers, body } = await upload(['Übersicht – Q3.md', '# Hello\n\nWorld']);
    expect(status).toBe(201);
    const [file] = body.items;
    expect(file).toMatchObject({
      name: 'Übersicht – Q3.md',
      kind: 'markdown',
      size: 14,
      status: 'uploaded',
      passages: 0,
    });
    expect(headers.get('location')).toBe(`/api/v2/files/${file?.id}`);
    const target = `file/${file?.id}`;
    const outbox = await api.db.acrossWorkspaces('SELECT label, status FROM outbox WHERE target = $1', [
      target,
    ]);
    expect(outbox).toEqual([{ label: 'Read Übersicht – Q3.md', status: 'ready' }]);
    const events = await api.db.acrossWorkspaces('SELECT type, seq, data FROM events WHERE stream = $1', [
      target,
    ]);
    expect(events).toEqual([
      { type: 'file.uploaded', seq: 1, data: { name: 'Übersicht – Q3.md', size: 14, kind: 'markdown' } },
    ]);
    expect(await readdir(`${api.filesDir}/uploads`)).toEqual([]);
  });

  test('several come at once', async () => {
    const { status, body } = await upload(['a.txt', 'one'], ['b.csv', 'x,y\n1,2\n']);
    expect([status, body.items.map(({ name, kind }) => [name, kind])]).toEqual([
      201,
      [
        ['a.txt', 'text'],
        ['b.csv', 'csv'],
      ],
    ]);
  });

  test('an upload under the same Idempotency-Key is stored once', async () => {
    const before = await api.count('files');
    const headers = { 'idempotency-key': 'upload-1' };
    const send = () =>
      api.ask<{ items: FileView[] }>('POST', 'files', { form: formOf(['same.txt', 'same']), headers });
    const first = await send();
    const again = await send();
    expect([again.headers.get('idempotent-replayed'), again.body]).toEqual(['true', first.body]);
    expect(await api.count('files')).toBe(before + 1);
    const other = await api.problem('POST', 'files', { form: formOf(['same.txt', 'other']), headers });
    expect(other.body.code).toBe('idempotency_mismatch');
  });

  test('content comes back as a download that no browser runs', async () => {
    const { body } = await upload(['page.txt', '<script>alert(1)</script>']);
    const {
      status,
      headers,
      body: content,
    } = await api.ask<string>('GET', `files/${body.items[0]?.id}/content`);
    expect([status, content]).toEqual([200, '<script>alert(1)</script>']);
    expect(headers.get('content-disposition')).toBe('attachment; filename=page.txt');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    expect(headers.get('content-type')).toBe('application/octet-stream');
  });

  test('text comes passage by passage, in pages', async () => {
    const { body } = await upload(['long.txt', 'text']);
    const id = body.items[0]?.id;
    await api.db.acrossWorkspaces(
      `INSERT INTO passages (file_id, n, text, anchor)
       SELECT $1, n, 'passage ' || n, json_build_object('kind', 'line', 'value', n, 'label', 'line ' || n) FROM generate_series(0, 4) n`,
      [id],
    );
    await api.db.acrossWorkspaces('UPDATE files SET passages = 5 WHERE id = $1', [id]);
    const { body: first } = await api.ask<Page<PassageView>>('GET', `files/${id}/text?pageSize=3`);
    expect([first.items.map(({ n }) => n), first.totalSize]).toEqual([[0, 1, 2], 5]);
    const { body: rest } = await api.ask<Page<PassageView>>(
      'GET',
      `files/${id}/text?pageSize=3&pageToken=${first.nextPageToken}`,
    );
    expect([rest.items.map(({ anchor }) => anchor.label), rest.nextPageToken]).toEqual([
      ['line 3', 'line 4'],
      null,
    ]);
  });

  test('a name with a path or hidden characters becomes a plain name', async () => {
    const { body } = await upload(['../../etc/pass\u202ewd.txt', 'x']);
    expect(body.items[0]?.name).toBe('passwd.txt');
  });

  test('a form that is broken is said to be so', async () => {
    const { status, body } = await api.problem('POST', 'files', {
      raw: {
        type: 'multipart/form-data; boundary=x',
        text: '--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nno end',
      },
    });
    expect([status, body.code, body.problems[0]?.code]).toEqual([422, 'invalid_request', 'malformed_form']);
    expect(await readdir(`${api.filesDir}/uploads`)).toEqual([]);
  });

  test('lists are filtered and ordered', async () => {
    const { body } = await api.ask<Page<FileView>>(
      'GET',
      `files?filter=${encodeURIComponent('kind == "csv"')}&orderBy=size`,
    );
    expect(body.items.map(({ name }) => name)).toEqual(['b.csv']);
  });
});
