// What stands before every route once there is a web configuration: response headers, client certificates, users.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { judgeBasic, type Verdict } from './basic-auth.ts';
import { refuseClient } from './client-certificate.ts';
import { isLivenessProof } from './liveness-proof.ts';
import { createPasswordChecker } from './password-checker.ts';
import { createPasswordMemory, type PasswordMemory } from './password-memory.ts';
import { noteUser } from './request-user.ts';
import { type Reply, sendReply, text } from './routes.ts';
import { isFromHere } from './this-machine.ts';
import {
  openWebConfig,
  type WebAccess,
  type WebConfigFile,
  type WebConfigObserver,
} from './web-config-file.ts';

export interface WebGate extends WebConfigFile {
  /** Hands on to `onRequest` what may pass, and answers the rest. */
  guard(onRequest: RequestListener): RequestListener;
  /** For other listeners of the same configuration: who asks from `address`; undefined while there are no users. */
  judge(authorization: string | undefined, address: string): Promise<Verdict | undefined>;
  close(): Promise<void>;
}

export interface WebGateObserver extends WebConfigObserver {
  failed(error: unknown): void;
}

/**
 * Reads the web configuration.
 * @param livenessPaths need no client certificate, and answer a program on this machine which proves that it can read
 *   the configuration; of everybody else they demand a user as all paths do.
 * @throws AppError `web_config`.
 */
export function openWebGate(
  file: string,
  livenessPaths: readonly string[],
  observer: WebGateObserver,
): WebGate {
  const { current } = openWebConfig(file, observer);
  const checker = createPasswordChecker();
  const memory = createPasswordMemory(checker.check);
  return {
    current,
    guard: (onRequest) => (request, response) => {
      admit(request, response, current(), { memory, livenessPaths })
        .catch((error: unknown) => {
          observer.failed(error);
          return text(503, 'cannot check who asks; the log says more');
        })
        .then((refusal) => {
          // Whoever asked may have left while the password was checked.
          if (request.socket.destroyed) return;
          if (refusal === undefined) onRequest(request, response);
          else sendReply(response, refusal);
        })
        .catch(observer.failed);
    },
    async judge(authorization, address) {
      const { users } = current();
      return users.size === 0 ? undefined : judgeBasic(authorization, users, address, memory);
    },
    close: checker.close,
  };
}

interface Judges {
  readonly memory: PasswordMemory;
  readonly livenessPaths: readonly string[];
}

async function admit(
  request: IncomingMessage,
  response: ServerResponse,
  access: WebAccess,
  { memory, livenessPaths }: Judges,
): Promise<Reply | undefined> {
  for (const [name, value] of Object.entries(access.headers)) response.setHeader(name, value);
  // As it was sent: a path that means the same only after some decoding is none of them.
  const path = request.url?.split('?')[0] ?? '';
  const isLiveness = livenessPaths.includes(path);
  const refused = isLiveness ? undefined : refuseClient(request.socket, access);
  if (refused !== undefined) return text(403, refused);
  if (access.users.size === 0 || (isLiveness && isProven(request, access, path))) return undefined;

  const address = request.socket.remoteAddress ?? '';
  const verdict = await judgeBasic(request.headers.authorization, access.users, address, memory);
  if ('refused' in verdict) return REFUSALS[verdict.refused];
  noteUser(request, verdict.user);
  return undefined;
}

function isProven({ socket, headers }: IncomingMessage, { proofs }: WebAccess, path: string): boolean {
  return isFromHere(socket) && isLivenessProof(headers.authorization ?? '', proofs, path, Date.now());
}

const REFUSALS = {
  unknown: refusal(401, 'a user of basic_auth_users and the right password are needed here', {
    'www-authenticate': 'Basic realm="basic_auth_users", charset="UTF-8"',
  }),
  too_many: refusal(429, 'too many passwords from this address wait to be checked', { 'retry-after': '1' }),
  overloaded: refusal(503, 'too many passwords wait to be checked', { 'retry-after': '1' }),
};

function refusal(status: number, why: string, headers: Readonly<Record<string, string>>): Reply {
  const reply = text(status, why);
  return { ...reply, headers: { ...reply.headers, ...headers } };
}
