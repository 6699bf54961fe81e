import { useCallback, useEffect, useRef, useState } from 'react';
import type { FileView } from '../../../src/contracts/file.ts';
import { isApiProblem } from '../../../client/index.ts';
import { api } from '../shell/api.ts';
import { useLive } from '../shell/live.tsx';
import { uploadFile } from './upload-file.ts';

/** A file on its way into a goal: uploading, then what the server says of it, or why it did not get there. */
export interface Attachment {
  key: string;
  name: string;
  size: number;
  sent: number;
  view: FileView | null;
  problem: string | null;
}

export interface Attachments {
  items: Attachment[];
  add: (files: Iterable<File>) => Promise<FileView[]>;
  remove: (key: string) => void;
  replace: (key: string, file: File) => void;
  clear: () => void;
}

const lookEveryMs = 2000;
let made = 0;

export function useAttachments(): Attachments {
  const [items, setItems] = useState<Attachment[]>([]);
  const uploads = useRef(new Map<string, AbortController>());
  const change = useCallback((key: string, part: Partial<Attachment>) => {
    setItems((all) => all.map((item) => (item.key === key ? { ...item, ...part } : item)));
  }, []);
  const learn = useCallback((view: FileView) => {
    setItems((all) => all.map((item) => (item.view?.id === view.id ? { ...item, view } : item)));
  }, []);
  useFileNews(items, learn);

  const send = async (key: string, file: File): Promise<FileView | null> => {
    const control = new AbortController();
    uploads.current.set(key, control);
    try {
      const view = await uploadFile(file, {
        progress: (sent) => change(key, { sent }),
        signal: control.signal,
      });
      change(key, { view, sent: 1 });
      return view;
    } catch (error) {
      change(key, { problem: isApiProblem(error) ? error.message : 'The upload failed.' });
      return null;
    } finally {
      uploads.current.delete(key);
    }
  };
  const fresh = (key: string, { name, size }: File): Attachment => {
    return { key, name, size, sent: 0, view: null, problem: null };
  };
  const remove = (key: string) => {
    uploads.current.get(key)?.abort();
    setItems((all) => all.filter((item) => item.key !== key));
  };
  return {
    items,
    add: async (files) => {
      const given = [...files].map((file) => ({ key: `a${(made += 1)}`, file }));
      setItems((all) => [...all, ...given.map(({ key, file }) => fresh(key, file))]);
      const views = await Promise.all(given.map(({ key, file }) => send(key, file)));
      return views.filter((view) => view !== null);
    },
    remove,
    replace: (key, file) => {
      setItems((all) => all.map((item) => (item.key === key ? fresh(key, file) : item)));
      void send(key, file);
    },
    clear: () => {
      for (const control of uploads.current.values()) control.abort();
      setItems([]);
    },
  };
}

/** What happens to uploaded files: told by their streams, and asked for while one is being read. */
function useFileNews(items: Attachment[], learn: (view: FileView) => void): void {
  const live = useLive();
  const open = items
    .flatMap(({ view }) =>
      view && (view.status === 'uploaded' || view.status === 'processing') ? [view.id] : [],
    )
    .join(' ');
  useEffect(() => {
    const ids = open.split(' ').filter(Boolean);
    if (ids.length === 0) return undefined;
    const look = (id: string) => void api.files.read(id).then(learn, () => undefined);
    const leaves = ids.map((id) =>
      live?.follow(`file/${id}`, { event: () => look(id), caughtUp: () => look(id) }),
    );
    const timer = setInterval(() => ids.forEach(look), lookEveryMs);
    return () => {
      clearInterval(timer);
      for (const leave of leaves) leave?.();
    };
  }, [open, live, learn]);
}
