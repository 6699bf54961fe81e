/**
 * Encrypts secrets that people enter: AES-256-GCM, a fresh nonce each time, bound to its place so that a sealed text cannot be moved to
 * another row. What is sealed names its secret, so that an installation can change its secret and still read what older ones sealed.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { AppError } from '../errors.ts';

export interface Sealed {
  keyId: string;
  sealed: string;
}

export interface Sealer {
  /** @throws AppError unavailable without a secret */
  seal(text: string, place: string): Sealed;
  /** Null when its secret is not known here, or somebody changed it. */
  open(sealed: Sealed, place: string): string | null;
}

const nonceBytes = 12;
const tagBytes = 16;

/** @param secrets 64 hexadecimal digits each; the first seals, all open. */
export function createSealer(secrets: readonly string[]): Sealer {
  const keys = secrets.map((secret) => ({ id: idOf(secret), key: Buffer.from(secret, 'hex') }));
  return {
    seal(text, place) {
      const first = keys[0];
      if (!first) throw noSecret();
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', first.key, nonce).setAAD(Buffer.from(place));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return {
        keyId: first.id,
        sealed: Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64'),
      };
    },
    open({ keyId, sealed }, place) {
      const known = keys.find((each) => each.id === keyId);
      if (!known) return null;
      const bytes = Buffer.from(sealed, 'base64');
      try {
        const decipher = createDecipheriv('aes-256-gcm', known.key, bytes.subarray(0, nonceBytes), {
          authTagLength: tagBytes,
        });
        decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
        return (
          decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
        );
      } catch {
        return null;
      }
    },
  };
}

/** Tells secrets apart and tells nothing about them. */
function idOf(secret: string): string {
  return createHash('sha256').update(`adjutant secret ${secret}`).digest('hex').slice(0, 12);
}

function noSecret(): AppError {
  return new AppError(
    'unavailable',
    'Keys cannot be stored here: the environment variable SECRET_KEY (64 hexadecimal digits) is not set.',
  );
}
