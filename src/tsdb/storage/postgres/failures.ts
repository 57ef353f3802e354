// What PostgreSQL and its driver throw → what becomes of it: waited for, or told to the caller.

import { AppError, codeOf, messageOf } from '../../../lib/errors.ts';

/**
 * Classes of SQLSTATE that waiting never mends: faulty data, broken rules, syntax, and permissions. Source: appendix A
 * of PostgreSQL's manual.
 */
const LASTING = ['0A', '22', '23', '42', '3D', '3F'];
/** The file with the URL is being changed. */
const PASSING: readonly string[] = ['credentials'];
/** A partition that was dropped meanwhile; it is made anew. */
const NO_PARTITION = '23514';
const CANCELED = '57014';
const READ_ONLY = '25006';

/** Whether the same may go well later: the connection, the server or its disk is in trouble. */
export function isPassing(error: unknown): boolean {
  if (error instanceof AppError) return PASSING.includes(error.reason);
  const code = codeOf(error);
  if (code === NO_PARTITION || code === undefined) return true;
  return !LASTING.includes(code.slice(0, 2)) || !/^[0-9A-Z]{5}$/.test(code);
}

/** Whether the server itself said no, so the connection is sound. */
export function isAnswer(error: unknown): boolean {
  return error instanceof AppError || /^[0-9A-Z]{5}$/.test(codeOf(error) ?? '');
}

/** Whether the server takes no writes; the name in the URL may lead to another one now. */
export function isOfStandby(error: unknown): boolean {
  return codeOf(error) === READ_ONLY;
}

/** Why a write did not come about. */
export function notDurable(error: unknown, what: string): AppError {
  if (error instanceof AppError && !PASSING.includes(error.reason)) return error;
  return new AppError('not_durable', `cannot ${what} in PostgreSQL: ${reasonOf(error)}; do it again later`);
}

/** Why there is no store. */
export function notOpened(error: unknown): AppError {
  if (error instanceof AppError && !PASSING.includes(error.reason)) return error;
  const reason = reasonOf(error);
  return new AppError(
    'not_durable',
    `cannot start: PostgreSQL cannot be used: ${reason}; start again when it can`,
  );
}

/** Why a read did not come about. */
export function unavailable(error: unknown): unknown {
  if (error instanceof AppError && !PASSING.includes(error.reason)) return error;
  if (codeOf(error) === CANCELED)
    return new AppError('timeout', `cannot read from PostgreSQL: ${reasonOf(error)}; the query ends`);
  if (!isPassing(error) || !(error instanceof Error) || error.name === 'TypeError') return error;
  return new AppError('unavailable', `cannot read from PostgreSQL: ${reasonOf(error)}; ask again later`);
}

/** Words of the driver and of the server; neither repeats a password. The error itself may hold the whole URL. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  const code = codeOf(error);
  const message = messageOf(error) || 'it cannot be reached';
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}
