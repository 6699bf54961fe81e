import type { Tokens } from '../contracts/live.ts';
import type { TokenNotice } from '../feed/messages.ts';

/** As much of the way to a client as texts need. */
export interface TokenSink {
  tokens(tokens: Tokens): void;
  /** True while the client does not take what it was sent. */
  full(): boolean;
}

/**
 * What one client has of the texts that are being written. The text so far comes first; a piece that would leave a hole (the client
 * was slow, Redis was away) is answered with the text so far instead.
 */
const mostCalls = 100;

export class TokenView {
  private readonly sink: TokenSink;
  private readonly soFar: () => Promise<Tokens[]>;
  private readonly calls = new Map<string, { try: number; length: number }>();
  private refreshing = false;
  private again = false;

  constructor(sink: TokenSink, soFar: () => Promise<Tokens[]>) {
    this.sink = sink;
    this.soFar = soFar;
  }

  show(notice: TokenNotice): void {
    if (this.sink.full()) return; // a later piece shows the hole
    // Before the text so far is there, a piece would look like a hole: read once more after it instead.
    if (this.refreshing) this.again = true;
    else if (!this.take(notice)) void this.refresh();
    if (notice.end) this.calls.delete(notice.callId);
  }

  async refresh(): Promise<void> {
    if (this.refreshing) return;
    this.refreshing = true;
    do {
      this.again = false;
      for (const text of await this.soFar().catch(() => [])) this.take(text);
    } while (this.again && !this.sink.full());
    this.refreshing = false;
  }

  /** False when something before this piece is missing. */
  private take({ stream, callId, try: tryNumber, offset, text }: Tokens): boolean {
    const known = this.calls.get(callId);
    if (known && tryNumber < known.try) return true;
    const length = known?.try === tryNumber ? known.length : 0;
    if (offset > length || this.sink.full()) return false;
    const fresh = text.slice(length - offset);
    if (fresh === '' && known?.try === tryNumber) return true;
    this.calls.delete(callId);
    this.calls.set(callId, { try: tryNumber, length: length + fresh.length });
    const oldest = this.calls.keys().next().value;
    if (this.calls.size > mostCalls && oldest !== undefined) this.calls.delete(oldest);
    this.sink.tokens({ stream, callId, try: tryNumber, offset: length, text: fresh });
    return true;
  }
}
