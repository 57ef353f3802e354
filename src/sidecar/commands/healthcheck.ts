// `inventory-sd healthcheck`: asks /livez of the sidecar on this machine. A container runs it every few seconds, so it
// is a bundle of its own that loads nothing but `net`; the other programs' containers ask their own path by it.

import { connect } from 'node:net';
import { type ListenAddress, loopbackOf } from '../../lib/listen-address.ts';

const TIMEOUT_MS = 4_000;

/** @returns undefined when the program at `address` answers `path` with 200, else what is wrong. */
export function healthcheck(address: ListenAddress, path = '/livez'): Promise<string | undefined> {
  const { host, port } = loopbackOf(address);
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let answer = '';
    const end = (fault: string | undefined) => {
      clearTimeout(late);
      socket.destroy();
      resolve(fault);
    };
    const silence = `no answer from ${host}:${port} within ${TIMEOUT_MS / 1000}s`;
    const late = setTimeout(() => end(silence), TIMEOUT_MS);
    socket.on('error', (error) => end(`cannot ask ${host}:${port}: ${error.message}`));
    socket.on('connect', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
    );
    socket.on('data', (chunk) => {
      answer = (answer + chunk.toString('latin1')).slice(0, 4096);
    });
    socket.on('end', () => end(judge(answer)));
  });
}

function judge(answer: string): string | undefined {
  return answer.startsWith('HTTP/1.1 200 ') ? undefined : `not alive: ${answer.split('\r\n')[0] ?? ''}`;
}
