// What an adapter throws when the fault is not an SDK's own error: the stream stopped early, stood still, was aborted,
// or made no sense. classifyFailure reads `kind`.

export type ModelFaultKind = 'stalled' | 'aborted' | 'network' | 'malformed' | 'bad_request';

export class ModelFault extends Error {
  readonly kind: ModelFaultKind;

  constructor(kind: ModelFaultKind, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ModelFault';
    this.kind = kind;
  }
}
