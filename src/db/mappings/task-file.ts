import { EntitySchema } from 'typeorm';

export interface TaskFileRow {
  taskId: string;
  fileId: string;
  position: number;
}

export const TaskFileMapping = new EntitySchema<TaskFileRow>({
  name: 'TaskFile',
  tableName: 'task_files',
  columns: {
    taskId: { type: 'text', primary: true },
    fileId: { type: 'text', primary: true },
    position: { type: 'integer' },
  },
  indices: [{ name: 'task_files_file', columns: ['fileId'] }],
  foreignKeys: [
    { target: 'Task', columnNames: ['taskId'], referencedColumnNames: ['id'] },
    { target: 'File', columnNames: ['fileId'], referencedColumnNames: ['id'] },
  ],
});
