// A door of HTTP, by undici.

import { Pool } from 'undici';
import { codeOf, messageOf } from '../../src/lib/errors.ts';
import { type Answer, DOOR_FACTS, type Door, type DoorName } from './doors.ts';
import { httpAnswer, httpHeaders, noAnswer } from './http-answer.ts';

const TIMEOUT_MS = 30_000;
const MOST_ANSWER = 65_536;

/** @param base where mini-tsdb is. @param door any but `grpc`. */
export function openHttpDoor(base: string, door: DoorName, token: string): Door {
  const url = new URL(`${base.replace(/\/$/, '')}${DOOR_FACTS[door].path}`);
  const pool = new Pool(url.origin, {
    connections: 1,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    connectTimeout: TIMEOUT_MS,
    maxResponseSize: MOST_ANSWER,
  });
  const request = { method: 'POST', path: url.pathname, headers: httpHeaders(door, token) } as const;
  return {
    url: url.href,
    async send({ bytes }, signal): Promise<Answer> {
      try {
        const { statusCode, headers, body } = await pool.request({ ...request, body: bytes, signal });
        const retryAfter = [headers['retry-after']].flat()[0];
        return httpAnswer(statusCode, retryAfter, await body.text());
      } catch (error) {
        return noAnswer(codeOf(error) ?? messageOf(error));
      }
    },
    close: () => pool.destroy(),
  };
}
