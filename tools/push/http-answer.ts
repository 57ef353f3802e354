// An answer of HTTP → what became of the request.

import type { Answer, DoorName, Fate } from './doors.ts';

const LONGEST_WHY = 300;
// A door that is off, and a token that is not known yet, may be right a moment later.
const AGAIN = [401, 403, 404, 408, 425, 429];

/** Of one HTTP request to a door. */
export function httpHeaders(door: DoorName, token: string): Record<string, string> {
  if (door !== 'remote-write')
    // Whoever speaks to POST /metrics gives the name of the client alone.
    return {
      'content-type': 'application/json',
      authorization: door === 'gateway' ? token : `Bearer ${token}`,
    };
  return {
    'content-type': 'application/x-protobuf',
    'content-encoding': 'snappy',
    'x-prometheus-remote-write-version': '0.1.0',
    authorization: `Bearer ${token}`,
  };
}

/** @param retryAfter the header; a date counts as none. */
export function httpAnswer(status: number, retryAfter: string | undefined, body: string): Answer {
  const fate = fateOf(status);
  const asked = /^\d{1,6}$/.test(retryAfter ?? '') ? { retryAfterMs: Number(retryAfter) * 1000 } : {};
  return { fate, status: String(status), why: fate === 'taken' ? '' : whyOf(body), ...asked };
}

function fateOf(status: number): Fate {
  if (status >= 200 && status < 300) return 'taken';
  return status >= 500 || AGAIN.includes(status) ? 'again' : 'refused';
}

/** The `error` or `message` of a JSON answer, else its beginning, in one line. */
function whyOf(body: string): string {
  return (errorIn(body) ?? body).replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST_WHY);
}

function errorIn(body: string): string | undefined {
  try {
    const { error, message } = JSON.parse(body) as { error?: unknown; message?: unknown };
    return [error, message].find((text) => typeof text === 'string');
  } catch {
    return undefined;
  }
}

/** Nobody answered. */
export function noAnswer(code: string): Answer {
  return { fate: 'again', status: code, why: code };
}
