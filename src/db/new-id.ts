import { v7 } from 'uuid';
import { type IdKind, idPrefixes } from '../contracts/ids.ts';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** A new TypeID: prefix, underscore, UUIDv7 as 26 characters of Crockford's base 32 (128 bits, two zero bits in front). */
export function newId(kind: IdKind): string {
  const bytes = v7(undefined, new Uint8Array(16));
  let number = 0n;
  for (const byte of bytes) number = (number << 8n) | BigInt(byte);
  let text = '';
  for (let i = 0; i < 26; i += 1) {
    text = alphabet[Number(number & 31n)] + text;
    number >>= 5n;
  }
  return `${idPrefixes[kind]}_${text}`;
}
