// The one error of an exposition that cannot be read: its line and what is wrong there.

import { AppError } from '../../lib/errors.ts';

const SHOWN_BYTES = 80;

/** A body that cannot be read to its end. */
export class ExpositionFault extends AppError<'exposition'> {
  /** Samples before the fault, and series among them that the last good scrape did not have. */
  readonly samples: number;
  readonly fresh: number;

  constructor(cause: AppError, samples: number, fresh: number) {
    super('exposition', cause.message, { cause });
    this.samples = samples;
    this.fresh = fresh;
  }
}

/** An error for the operator of the target; `position` is the byte at which reading stopped. */
export function faultAt(body: Buffer, position: number, what: string): AppError<'exposition'> {
  const line = lineAt(body, position);
  return new AppError('exposition', `line ${line.number}: ${what}: ${JSON.stringify(line.text)}`);
}

/** An error that belongs to the answer as a whole. */
export function fault(what: string): AppError<'exposition'> {
  return new AppError('exposition', what);
}

function lineAt(body: Buffer, position: number): { number: number; text: string } {
  let number = 1;
  let start = 0;
  for (let end = body.indexOf(10); end !== -1 && end < position; end = body.indexOf(10, start)) {
    number += 1;
    start = end + 1;
  }
  const end = body.indexOf(10, start);
  return { number, text: excerpt(body.subarray(start, end === -1 ? body.length : end)) };
}

function excerpt(line: Buffer): string {
  const text = line.toString('utf8', 0, SHOWN_BYTES);
  return line.length > SHOWN_BYTES ? `${text}…` : text;
}
