import { MulterError } from 'multer';
import { AppError } from '../../errors.ts';
import { placeOfJsonFault } from './json-place.ts';

/** What express.json() and multer throw, in our words. */
export function ofBodyParser(thrown: unknown): AppError | null {
  if (thrown instanceof MulterError) return ofMulter(thrown);
  const { type, body, limit } = (thrown ?? {}) as { type?: string; body?: unknown; limit?: number };
  switch (type) {
    case 'entity.parse.failed':
      return ofSyntax(thrown as Error, typeof body === 'string' ? body : '');
    case 'entity.too.large':
      return tooLarge(`The body is larger than ${limit ?? 0} bytes, the most that is taken here.`);
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new AppError(
        'unsupported_media_type',
        'Send UTF-8, plain or compressed by gzip, deflate or br.',
      );
    case 'request.aborted':
    case 'request.size.invalid':
      return new AppError('invalid_request', 'The body ended before its announced length.');
    default:
      return type?.startsWith('entity.') || type?.startsWith('stream.') ? unreadable(thrown) : null;
  }
}

function ofSyntax(error: Error, text: string): AppError {
  const { offset, line, column } = placeOfJsonFault(text, error.message);
  const message = `The body is not JSON: line ${line}, column ${column} (offset ${offset}).`;
  return new AppError('malformed_json', message, {
    problems: [
      { pointer: '', code: 'malformed_json', message: `${error.message.slice(0, 200)}; ${message}` },
    ],
    cause: error,
  });
}

const limitWords: Partial<Record<MulterError['code'], string>> = {
  LIMIT_FILE_SIZE: 'A file may have at most 50 MB.',
  LIMIT_FILE_COUNT: 'At most 20 files can be sent at once.',
  LIMIT_UNEXPECTED_FILE: 'Send files in the field "files".',
  LIMIT_PART_COUNT: 'The form has too many parts.',
  LIMIT_FIELD_COUNT: 'The form has too many fields.',
};

function ofMulter(error: MulterError): AppError {
  const message = limitWords[error.code] ?? error.message;
  if (error.code === 'LIMIT_FILE_SIZE') return tooLarge(message);
  const code = error.code === 'LIMIT_FILE_COUNT' ? 'too_many_files' : 'invalid_request';
  return new AppError(code, message, { problems: [{ pointer: `/${error.field ?? ''}`, code, message }] });
}

function tooLarge(message: string): AppError {
  return new AppError('payload_too_large', message, {
    problems: [{ pointer: '', code: 'payload_too_large', message }],
  });
}

function unreadable(cause: unknown): AppError {
  return new AppError('invalid_request', 'The body could not be read.', { cause });
}
