// Asks the sidecar that runs on this machine, at its own LISTEN_ADDRESS.

import { AppError, codeOf } from '../../lib/errors.ts';
import { hostPort, type ListenAddress, loopbackOf } from '../../lib/listen-address.ts';

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
    const answer = await fetch(`http://${where}${path}`, {
      method,
      signal: AbortSignal.timeout(MAX_WAIT_MS),
    });
    return { status: answer.status, body: (await answer.text()).trimEnd() };
  } catch (cause) {
    const why = codeOf(cause) ?? 'no answer';
    throw new AppError(
      'unreachable',
      `no sidecar answers at ${where} (${why}); is it running, and with this LISTEN_ADDRESS?`,
      { cause },
    );
  }
}
