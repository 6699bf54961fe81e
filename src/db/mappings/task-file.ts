import { EntitySchema } from 'typeorm';

export interface TaskFileRow {
  taskId: string;
  fileId: string;
  position: number;
  /** This task wrote it, or one below it: it does not wait for it to be read. */
  made: boolean;
}

export const TaskFileMapping = new EntitySchema<TaskFileRow>({
  name: 'TaskFile',
  tableName: 'task_files',
  columns: {
    taskId: { type: 'text', primary: true },
    fileId: { type: 'text', primary: true },
    position: { type: 'integer' },
    made: { type: 'boolean', default: false },
  },
  indices: [{ name: 'task_files_file', columns: ['fileId'] }],
  foreignKeys: [
    { target: 'Task', columnNames: ['taskId'], referencedColumnNames: ['id'] },
    { target: 'File', columnNames: ['fileId'], referencedColumnNames: ['id'] },
  ],
});
