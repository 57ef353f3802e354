// Asks the sidecar that runs on this machine, at its own LISTEN_ADDRESS.

import { request } from 'undici';
import { AppError, codeOf, messageOf } from '../../lib/errors.ts';
import { hostPort, type ListenAddress, loopbackOf } from '../../lib/listen-address.ts';

/** How long a question may take. A reload lasts as long as its poll, and INVENTORY_TIMEOUT may be an hour. */
export const WAIT_MS = { status: 10_000, reload: 3_700_000 };

export interface Question {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly waitMs: number;
  /** Whether a sidecar could have answered this. */
  readonly isOurs: (body: string) => boolean;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * Sends one request.
 * @throws AppError `unreachable` when nobody answers there, or a program that is no sidecar.
 */
export async function ask(address: ListenAddress, question: Question): Promise<Answer> {
  const { host, port } = loopbackOf(address);
  const where = hostPort(host, port);
  const answer = await send(where, question);
  if (question.isOurs(answer.body)) return answer;
  throw new AppError(
    'unreachable',
    `what answers at ${where} is no inventory-sd (status ${answer.status}); ${ADVICE}`,
  );
}

const ADVICE = 'is it running, and with this LISTEN_ADDRESS?';

async function send(where: string, { method, path, waitMs }: Question): Promise<Answer> {
  try {
    // Not the built-in fetch: it refuses the ports that browsers block.
    const signal = AbortSignal.timeout(waitMs);
    const answer = await request(`http://${where}${path}`, {
      method,
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    return { status: answer.statusCode, body: (await answer.body.text()).trimEnd() };
  } catch (cause) {
    const why = codeOf(cause) ?? messageOf(cause);
    throw new AppError('unreachable', `no sidecar answers at ${where} (${why}); ${ADVICE}`, { cause });
  }
}
