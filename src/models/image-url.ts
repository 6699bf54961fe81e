import type { ModelImage } from './port.ts';

export function dataUrlOf({ mediaType, data }: ModelImage): string {
  return `data:${mediaType};base64,${data}`;
}
