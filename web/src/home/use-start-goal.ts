import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import type { NewTask } from '../../../client/index.ts';
import { api } from '../shell/api.ts';
import { navigate } from '../shell/router.ts';
import type { Attachments } from './use-attachments.ts';

const sampleGoal = 'Write a one-page memo for the board: the three biggest risks, each with its source.';

/** Sends a goal and goes there. The same goal pressed twice, or sent again after a broken line, is one task. */
export function useStartGoal() {
  const queries = useQueryClient();
  const last = useRef({ body: '', key: '' });
  return useMutation({
    mutationFn: (task: NewTask) => {
      const body = JSON.stringify(task);
      if (last.current.body !== body) last.current = { body, key: newKey() };
      return api.tasks.create(task, last.current.key);
    },
    onSuccess: (task) => {
      last.current = { body: '', key: '' };
      void queries.invalidateQueries({ queryKey: ['goals'] });
      navigate(`/tasks/${task.id}`);
    },
  });
}

/** Fetches the sample's documents from beside the page, uploads them and sends the goal. */
export function useSample(attachments: Attachments, setGoal: (goal: string) => void) {
  const start = useStartGoal();
  return useMutation({
    mutationFn: async () => {
      setGoal(sampleGoal);
      attachments.clear();
      const views = await attachments.add(await sampleFiles());
      if (views.length === 0) throw new Error('None of the sample documents could be uploaded.');
      return start.mutateAsync({ goal: sampleGoal, files: views.map(({ id }) => id) });
    },
  });
}

async function sampleFiles(): Promise<File[]> {
  const documents = (await (await ask('/samples/index.json')).json()) as { name: string; url: string }[];
  return Promise.all(documents.map(async ({ name, url }) => new File([await (await ask(url)).blob()], name)));
}

async function ask(url: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok)
    throw new Error(`The sample documents are not there (${url} answered ${response.status}).`);
  return response;
}

/** `randomUUID` is missing on plain http outside this machine. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
