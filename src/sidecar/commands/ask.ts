// Asks the sidecar that runs on this machine, at its own LISTEN_ADDRESS.

import { AppError, codeOf, messageOf } from '../../lib/errors.ts';
import { type OwnServer, type Way, wayTo } from './own-server.ts';

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
 * @throws AppError `unreachable` when nobody answers there, or a program that is no sidecar; `refused` when it wants
 *   to know who asks; `settings` when a file that a setting names cannot be used.
 */
export async function ask(server: OwnServer, question: Question): Promise<Answer> {
  const way = await wayTo(server);
  const answer = await send(way, question).finally(() => way.dispatcher.destroy());
  const refusal = refusalOf(answer, server);
  if (refusal !== undefined) throw new AppError('refused', `the sidecar at ${way.where} ${refusal}`);
  if (question.isOurs(answer.body)) return answer;
  throw new AppError(
    'unreachable',
    `what answers at ${way.where} is no inventory-sd (status ${answer.status}); ${ADVICE}`,
  );
}

const ADVICE = 'is it running, and with this LISTEN_ADDRESS and WEB_CONFIG_FILE?';

async function send(
  { where, origin, headers, dispatcher }: Way,
  { method, path, waitMs }: Question,
): Promise<Answer> {
  try {
    // Not the built-in fetch: it refuses the ports that browsers block.
    const signal = AbortSignal.timeout(waitMs);
    const answer = await dispatcher.request({ origin, path, method, headers, signal });
    return { status: answer.statusCode, body: (await answer.body.text()).trimEnd() };
  } catch (cause) {
    const why = codeOf(cause) ?? messageOf(cause);
    throw new AppError('unreachable', `no sidecar answers at ${where} (${why}); ${ADVICE}`, { cause });
  }
}

// What the gate of our server says, in the terms of the settings that help.
function refusalOf({ status, body }: Answer, { webClient }: OwnServer): string | undefined {
  const { basicAuthFile, certFile } = webClient;
  if (status === 401) {
    return basicAuthFile === undefined
      ? 'wants a user: name a file that holds user:password in WEB_BASIC_AUTH_FILE'
      : `does not know the user and password in WEB_BASIC_AUTH_FILE ${basicAuthFile}`;
  }
  if (status === 403 && body.includes('client certificate')) {
    return certFile === undefined
      ? 'wants a client certificate: name one in WEB_CLIENT_CERT_FILE and WEB_CLIENT_KEY_FILE'
      : `does not take WEB_CLIENT_CERT_FILE ${certFile}: ${body}`;
  }
  if (status === 500 && body.startsWith('internal error')) return 'met an internal error; its log says more';
  return status === 429 || body.startsWith('too many passwords') ? `is busy: ${body}; ask again` : undefined;
}
