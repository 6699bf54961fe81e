/**
 * JSON to CEL and back.
 *
 * JSON has one kind of number, CEL two. A whole number becomes an int, so that `inputs.n == 2`, `inputs.n + 1` and `list[inputs.n]`
 * work however it was written; any other becomes a double. Int and double compare and mix (see cel-env).
 * The library's own conversion is not used: it throws for objects with a key called "constructor".
 */
import { type CelInput, type CelValue, isCelList, isCelMap, isCelType, isCelUint } from '@bufbuild/cel';
import type { Json } from '../../contracts/workflow.ts';
import { isStorable } from '../../contracts/storable.ts';

/** `seen` keeps what was converted before, so that a large output is converted once per decision. */
export function jsonToCel(value: unknown, seen: WeakMap<object, CelInput>): CelInput {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return (value ?? null) as CelInput;
  const known = seen.get(value);
  if (known !== undefined) return known;
  const converted: CelInput = Array.isArray(value)
    ? value.map((item) => jsonToCel(item, seen))
    : new Map(Object.entries(value).map(([key, item]) => [key, jsonToCel(item, seen)]));
  seen.set(value, converted);
  return converted;
}

/** What a result may weigh: its characters, and ten for each value. A list in lists in lists is small until it is written out. */
const maxResult = 10_000_000;
const perValue = 10;

/** Throws an Error for what JSON cannot hold, and for what is too large. Durations become ISO 8601 in seconds, timestamps ISO 8601. */
export function celToJson(value: CelValue): Json {
  return writeOut(value, { left: maxResult });
}

function writeOut(value: CelValue, room: { left: number }): Json {
  room.left -= perValue + (typeof value === 'string' ? value.length : 0);
  if (room.left < 0) throw new Error('the result is too large');
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') return finite(value);
  if (typeof value === 'bigint') return safe(value);
  if (isCelUint(value)) return safe(value.value);
  if (isCelList(value)) return Array.from(value, (item) => writeOut(item, room));
  if (isCelMap(value)) {
    const entries = Array.from(value.entries(), ([key, item]): [string, Json] => [
      isCelUint(key) ? String(key.value) : text(String(key)),
      writeOut(item, room),
    ]);
    return Object.fromEntries(entries);
  }
  if (value instanceof Uint8Array) throw new Error('bytes have no form in JSON');
  if (isCelType(value)) return value.name;
  return timeToJson(value);
}

function text(value: string): string {
  if (!isStorable(value))
    throw new Error('text with a NUL character, or half of a surrogate pair, cannot be kept');
  return value;
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new Error(`${value} is no number that JSON can hold`);
  return value;
}

function safe(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new Error(`${value} is too large for a JSON number`);
  return number;
}

function timeToJson(value: { desc?: { typeName: string }; message?: unknown }): Json {
  const { seconds, nanos } = (value.message ?? {}) as { seconds: bigint; nanos: number };
  const milliseconds = Number(seconds) * 1000 + Math.trunc(nanos / 1e6);
  if (value.desc?.typeName === 'google.protobuf.Timestamp') return new Date(milliseconds).toISOString();
  if (value.desc?.typeName === 'google.protobuf.Duration') return `PT${milliseconds / 1000}S`;
  throw new Error('the value has no form in JSON');
}
