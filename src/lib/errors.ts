// The one error of this house: what could not be done, and a reason that metrics and exit codes can count.

/** An expected failure. `reason` is a short stable word (a metric label), `message` is written for the operator. */
export class AppError<Reason extends string = string> extends Error {
  override readonly name = 'AppError';
  readonly reason: Reason;

  constructor(reason: Reason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The system's code (`ENOSPC`, `ECONNREFUSED`) of an error or of its nearest cause, if it has one. */
export function codeOf(thrown: unknown): string | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
  }
  return undefined;
}
