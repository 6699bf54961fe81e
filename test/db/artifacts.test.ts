import { beforeAll, describe, expect, test } from '@jest/globals';
import { saveArtifact } from '../../src/db/artifacts.ts';
import { type Desk, openDesk } from './tasks/support.ts';

const file = {
  name: 'report.md',
  kind: 'markdown',
  mediaType: 'text/markdown',
  size: 8,
  sha256: 'a'.repeat(64),
};

describe('a file that a task writes', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk(18);
  });

  const save = (taskId: string, key: string, fields = {}) =>
    saveArtifact(desk.db, {
      workspaceId: desk.caller.workspaceId,
      taskId,
      key,
      file: { ...file, ...fields },
    });

  test('is a file of the task, is read like an upload, and the task does not wait for that', async () => {
    await desk.hire('writing');
    const taskId = await desk.give('writing');
    const { id } = await save(taskId, `${taskId}/1/1/0`);
    expect(await desk.rows('SELECT file_id, made FROM task_files WHERE task_id = $1', taskId)).toEqual([
      { fileId: id, made: true },
    ]);
    expect(await desk.rows('SELECT type FROM events WHERE stream = $1', `file/${id}`)).toEqual([
      { type: 'file.uploaded' },
    ]);
    expect(await desk.rows('SELECT 1 AS n FROM outbox WHERE target = $1', `file/${id}`)).toHaveLength(1);
    await desk.look(taskId);
    const [task] = await desk.rows<{ waitingFor: string | null }>(
      'SELECT * FROM tasks WHERE id = $1',
      taskId,
    );
    expect(JSON.stringify(task)).not.toContain('"for":"files"');
    expect((task as unknown as { status: string }).status).not.toBe('waiting');
  });

  test('is the same file when the call is tried again, at the same time too', async () => {
    const taskId = await desk.give('writing');
    const key = `${taskId}/1/1/0`;
    const all = await Promise.all(Array.from({ length: 8 }, () => save(taskId, key)));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    const again = await save(taskId, key, { name: 'other.md' });
    expect(again).toMatchObject({ id: all[0]?.id, name: 'report.md' });
    expect(await desk.rows('SELECT id FROM files WHERE made_by = $1', key)).toHaveLength(1);
    expect(await desk.rows('SELECT id FROM events WHERE stream = $1', `file/${again.id}`)).toHaveLength(1);
  });

  test('two calls make two files', async () => {
    const taskId = await desk.give('writing');
    const one = await save(taskId, `${taskId}/1/1/0`);
    const other = await save(taskId, `${taskId}/1/1/1`);
    expect(one.id).not.toBe(other.id);
  });
});
