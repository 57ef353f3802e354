// Failures as Prometheus' HTTP API tells them.

import { AppError } from '../../lib/errors.ts';

/** Source: `web/api/v1` of Prometheus, `errorType` and `respondError`. */
const STATUSES: Readonly<Record<string, number>> = {
  bad_data: 400,
  not_found: 404,
  execution: 422,
  canceled: 499,
  internal: 500,
  timeout: 503,
  unavailable: 503,
};

export interface ApiError {
  readonly status: number;
  readonly body: { readonly status: 'error'; readonly errorType: string; readonly error: string };
}

/** What the caller may know of an error; undefined when it is a fault of ours, which the log is told. */
export function apiError(error: unknown): ApiError | undefined {
  if (!(error instanceof AppError)) return undefined;
  const status = STATUSES[error.reason];
  return status === undefined ? undefined : reply(status, error.reason, error.message);
}

/** The same form for what the routes themselves refuse. */
export function reply(status: number, errorType: string, error: string): ApiError {
  return { status, body: { status: 'error', errorType, error } };
}

/** A faulty parameter, in Prometheus' words. */
export function badParameter(name: string, message: string): AppError<'bad_data'> {
  return new AppError('bad_data', `invalid parameter ${JSON.stringify(name)}: ${message}`);
}
