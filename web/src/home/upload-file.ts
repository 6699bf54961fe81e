import type { FileView } from '../../../src/contracts/file.ts';
import { ApiProblem, readProblem } from '../../../client/problem.ts';
import { csrfToken } from '../shell/api.ts';

const asked = 'POST /api/v2/files';

/** Uploads one file with its progress (0..1), which fetch cannot tell. Rejects with an ApiProblem. */
export function uploadFile(
  file: File,
  { progress, signal }: { progress: (part: number) => void; signal: AbortSignal },
): Promise<FileView> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/v2/files');
    request.setRequestHeader('Accept', 'application/json');
    const csrf = csrfToken();
    if (csrf !== null) request.setRequestHeader('X-CSRF-Token', csrf);
    request.upload.onprogress = ({ loaded, total }) => progress(total === 0 ? 1 : loaded / total);
    request.onload = () => {
      const { status, responseText: text } = request;
      const requestId = request.getResponseHeader('x-request-id');
      const view = status < 300 ? (JSON.parse(text) as { items: FileView[] }).items[0] : undefined;
      if (view) resolve(view);
      else reject(readProblem(asked, { status, text, requestId }));
    };
    request.onerror = () => reject(new ApiProblem(asked, { status: 0, detail: 'The upload broke off.' }));
    request.onabort = () => reject(new ApiProblem(asked, { status: 0, detail: 'The upload was stopped.' }));
    signal.addEventListener('abort', () => request.abort());
    const form = new FormData();
    form.append('files', file, file.name);
    request.send(form);
  });
}
