// Reason → status, in one place: what a request did wrong becomes `{"error": …}`.

import { AppError, messageOf } from '../src/lib/errors.ts';
import { type Handler, json } from '../src/lib/routes.ts';

const STATUS_OF: Readonly<Record<string, number>> = {
  invalid: 400,
  not_found: 404,
  conflict: 409,
  too_large: 413,
};

/** Answers an AppError of these reasons; anything else stays an internal error. */
export function answering(handler: Handler): Handler {
  return async (request) => {
    try {
      return await handler(request);
    } catch (error) {
      const status = error instanceof AppError ? STATUS_OF[error.reason] : undefined;
      if (status === undefined) throw error;
      return json(status, { error: messageOf(error) });
    }
  };
}
