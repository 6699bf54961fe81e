// What a provider says of its limits with every answer. OpenAI and servers like it: `x-ratelimit-limit-requests` and so on, with a reset as a
// duration; Anthropic: `anthropic-ratelimit-requests-limit` and so on, with a reset as a time.
import { retryAfterMs } from './classify-failure.ts';

export interface LimitMeter {
  limit: number;
  remaining: number;
  resetMs: number | null;
}

export interface ProviderLimits {
  requests?: LimitMeter;
  tokens?: LimitMeter;
  blockedMs?: number;
}

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `6m0s`, `20ms`, `1h2m3.5s`, plain seconds, or a time. */
function resetOf(text: string | null, now: number): number | null {
  if (!text) return null;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  if (/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) {
    const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g);
    return Math.ceil([...parts].reduce((sum, [, n, unit]) => sum + Number(n) * (unitMs[unit ?? ''] ?? 0), 0));
  }
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

function meterOf(limit: string | null, remaining: string | null, resetMs: number | null): LimitMeter | null {
  const [most, left] = [Number(limit), Number(remaining)];
  if (limit === null || remaining === null || !Number.isFinite(most) || !Number.isFinite(left)) return null;
  return most > 0 ? { limit: most, remaining: Math.min(most, Math.max(0, left)), resetMs } : null;
}

export function readLimits(headers: Headers, status: number, now: number = Date.now()): ProviderLimits {
  const read = (name: string) => headers.get(name);
  const meter = (kind: 'requests' | 'tokens') => {
    const reset = (name: string) => resetOf(read(name), now);
    const own = (of: string) =>
      meterOf(
        read(`anthropic-ratelimit-${of}-limit`),
        read(`anthropic-ratelimit-${of}-remaining`),
        reset(`anthropic-ratelimit-${of}-reset`),
      );
    return (
      meterOf(
        read(`x-ratelimit-limit-${kind}`),
        read(`x-ratelimit-remaining-${kind}`),
        reset(`x-ratelimit-reset-${kind}`),
      ) ??
      own(kind) ??
      (kind === 'tokens' ? own('input-tokens') : null)
    );
  };
  const [requests, tokens] = [meter('requests'), meter('tokens')];
  const blockedMs = status === 429 || status === 529 ? retryAfterMs(headers, now) : null;
  return {
    ...(requests ? { requests } : {}),
    ...(tokens ? { tokens } : {}),
    ...(blockedMs ? { blockedMs } : {}),
  };
}
