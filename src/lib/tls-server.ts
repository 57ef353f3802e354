// HTTP over TLS whose certificate, authorities and versions follow the web configuration while it listens.

import type { RequestListener, ServerOptions } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { WebConfigFile } from './web-config-file.ts';

/**
 * Makes the server. A client without a certificate, or with a faulty one, completes its handshake: who may ask what is
 * judged for each request.
 */
export function createTlsServer(
  config: WebConfigFile,
  onRequest: RequestListener,
  options: ServerOptions,
): Server {
  let applied = config.current();
  const open = new Set<Socket>();
  const renew = () => {
    const now = config.current();
    if (now === applied) return;
    const trusted = String(applied.tls?.ca);
    applied = now;
    server.setSecureContext(now.tls ?? {});
    // They were verified by authorities that are not the ones of now.
    if (String(now.tls?.ca) !== trusted) for (const socket of open) socket.destroy();
  };
  const server = createServer(
    { ...options, ...applied.tls, requestCert: applied.clientAuth !== 'none', rejectUnauthorized: false },
    (request, response) => {
      renew();
      if (!request.socket.destroyed) onRequest(request, response);
    },
  );
  server.prependListener('connection', (socket: Socket) => {
    renew();
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return server;
}
