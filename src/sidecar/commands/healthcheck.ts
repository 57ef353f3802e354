// `inventory-sd healthcheck`: asks /livez of the sidecar on this machine. A container runs it every few seconds, so it
// is a bundle of its own that loads nothing but `net`, and TLS only beside a web configuration; the other programs'
// containers ask their own path by it.

import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { codeOf, messageOf } from '../../lib/errors.ts';
import { hostPort, type ListenAddress, loopbackOf } from '../../lib/listen-address.ts';
import { proveLiveness } from '../../lib/liveness-proof.ts';

const TIMEOUT_MS = 4_000;

export interface Probe {
  readonly path?: string | undefined;
  /** Of the server that is asked: it may demand TLS, and a proof instead of a user. */
  readonly webConfigFile?: string | undefined;
}

/** @returns undefined when the program at `address` answers with 200, else what is wrong. */
export async function healthcheck(
  address: ListenAddress,
  { path = '/livez', webConfigFile }: Probe = {},
): Promise<string | undefined> {
  const where = loopbackOf(address);
  try {
    if (webConfigFile === undefined) return judge(await exchange(connect(where), requestOf(where, path)));
    const { headers, fault } = proofOf(webConfigFile, path);
    const verdict = judge(await exchangeGuarded(where, requestOf(where, path, headers)));
    return verdict && verdict + fault;
  } catch (error) {
    return `cannot ask ${hostPort(where.host, where.port)}: ${messageOf(error)}`;
  }
}

function requestOf({ host }: ListenAddress, path: string, headers = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${headers}\r\n`;
}

function proofOf(webConfigFile: string, path: string): { headers: string; fault: string } {
  try {
    const proof = proveLiveness(readFileSync(webConfigFile), path, Date.now());
    return { headers: `Authorization: ${proof}\r\n`, fault: '' };
  } catch (error) {
    // Of no matter while the server has no users.
    return { headers: '', fault: `; cannot read ${webConfigFile}: ${codeOf(error)}` };
  }
}

// Whether there is TLS stands in the configuration, but it takes a parser to read it; the server tells it sooner.
async function exchangeGuarded(where: ListenAddress, request: string): Promise<string> {
  const tls = await import('node:tls');
  try {
    // The certificate seldom names loopback, and what is sent is of use here alone.
    return await exchange(tls.connect({ ...where, rejectUnauthorized: false }), request, 'secureConnect');
  } catch (error) {
    if (codeOf(error) !== 'ERR_SSL_WRONG_VERSION_NUMBER') throw error;
    return exchange(connect(where), request);
  }
}

/** @returns the beginning of the answer. */
function exchange(socket: Socket, request: string, ready = 'connect'): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const silent = new Error(`no answer within ${TIMEOUT_MS / 1000}s`);
    const late = setTimeout(() => socket.destroy(silent), TIMEOUT_MS);
    socket.on('error', reject);
    socket.on(ready, () => socket.write(request));
    socket.on('data', (chunk) => {
      answer = (answer + chunk.toString('latin1')).slice(0, 4096);
    });
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(late);
      resolve(answer);
    });
  });
}

function judge(answer: string): string | undefined {
  if (answer.startsWith('HTTP/1.1 200 ')) return undefined;
  const [status] = answer.split('\r\n');
  return `not alive: ${status || 'the connection ends without an answer'}`;
}
