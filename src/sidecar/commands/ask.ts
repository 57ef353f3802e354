// Asks the sidecar that runs on this machine, at its own LISTEN_ADDRESS.

import { request } from 'undici';
import { AppError, codeOf } from '../../lib/errors.ts';
import { hostPort, type ListenAddress, loopbackOf } from '../../lib/listen-address.ts';

// A reload lasts as long as its poll, and INVENTORY_TIMEOUT may be an hour.
const MAX_WAIT_MS = 3_700_000;

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * Sends one request.
 * @throws AppError `unreachable` when no sidecar answers there.
 */
export async function ask(address: ListenAddress, method: 'GET' | 'POST', path: string): Promise<Answer> {
  const { host, port } = loopbackOf(address);
  const where = hostPort(host, port);
  try {
    // Not the built-in fetch: it refuses the ports that browsers block.
    const options = { method, headersTimeout: MAX_WAIT_MS, bodyTimeout: MAX_WAIT_MS };
    const answer = await request(`http://${where}${path}`, options);
    return { status: answer.statusCode, body: (await answer.body.text()).trimEnd() };
  } catch (cause) {
    const why = codeOf(cause) ?? 'no answer';
    throw new AppError(
      'unreachable',
      `no sidecar answers at ${where} (${why}); is it running, and with this LISTEN_ADDRESS?`,
      { cause },
    );
  }
}
