/** The kind of a body as its sender names it, and its text. */
export interface MediaType {
  /** `text/html`, in lower case, without parameters. */
  essence: string;
  charset: string | null;
}

export function mediaTypeOf(header: string | null): MediaType {
  const [essence = '', ...parameters] = (header ?? '').split(';').map((part) => part.trim());
  const charset = parameters.map((each) => /^charset="?([\w:.-]+)"?$/i.exec(each)?.[1]).find(Boolean);
  return { essence: essence.toLowerCase(), charset: charset ?? null };
}

/** Unknown names of encodings are read as UTF-8; broken bytes become the replacement sign, never an error. */
export function decodeBody(bytes: Uint8Array, charset: string | null): string {
  return decoderOf(charset).decode(bytes).replaceAll('\u0000', '');
}

function decoderOf(charset: string | null): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset ?? 'utf-8');
  } catch {
    return new TextDecoder('utf-8');
  }
}

export function isTextual(essence: string): boolean {
  return (
    essence === '' ||
    essence.startsWith('text/') ||
    /[/+](json|xml|yaml|javascript|x-www-form-urlencoded|x-ndjson|csv|toml)$/.test(essence)
  );
}

/** Where the sender names no kind, the beginning of the body tells. */
export function isHtml(essence: string, bytes: Uint8Array): boolean {
  if (essence === '')
    return /^\s*<(!doctype html|html)\b/i.test(Buffer.from(bytes.subarray(0, 200)).toString('latin1'));
  return essence === 'text/html' || essence === 'application/xhtml+xml';
}
