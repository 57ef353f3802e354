// Where gRPC's connections come in: a bounded number of them, over TLS when the web configuration has it.

import { type AddressInfo, createServer as createPlainServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { refuseClient } from '../../../lib/client-certificate.ts';
import type { PlaceLimits } from '../../../lib/connection-places.ts';
import { boundConnections, listen } from '../../../lib/http-server.ts';
import type { ListenAddress } from '../../../lib/listen-address.ts';
import { boundHandshakes } from '../../../lib/slow-connections.ts';
import type { WebConfigFile } from '../../../lib/web-config-file.ts';

export interface ListenerOptions {
  readonly address: ListenAddress;
  /** Its TLS and client certificates; absent: plain. */
  readonly config?: WebConfigFile | undefined;
  readonly limits: PlaceLimits & { readonly handshakeTimeoutMs: number };
  /** Takes each connection that may come in. */
  readonly connected: (socket: Socket) => void;
}

export interface Listener {
  readonly address: ListenAddress;
  /** The connection from this end, while it is open. */
  socketFrom(address: string | undefined, port: number | undefined): Socket | undefined;
  /** Takes no new connection; resolves when the last one has ended. */
  close(): Promise<void>;
  /** Cuts all that are open. */
  cut(): void;
}

/** @throws AppError `listen`. */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const { address, config, limits, connected } = options;
  const byEnd = new Map<string, Socket>();
  const enter = (socket: Socket) => {
    const end = endOf(socket.remoteAddress, socket.remotePort);
    byEnd.set(end, socket);
    socket.once('close', () => byEnd.delete(end));
    connected(socket);
  };
  const isSecure = config?.current().tls !== undefined;
  const server = isSecure ? secureServer(config, enter, limits.handshakeTimeoutMs) : createPlainServer(enter);
  const open = boundConnections(server, limits);
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  if (isSecure) follow(config, server as ReturnType<typeof secureServer>, cut);
  await listen(server, address);
  return {
    address: { host: address.host, port: (server.address() as AddressInfo).port },
    socketFrom: (host, port) => byEnd.get(endOf(host, port)),
    close: () => new Promise((resolve) => server.close(() => resolve())),
    cut,
  };
}

function endOf(address: string | undefined, port: number | undefined): string {
  return `${address} ${port}`;
}

function secureServer(config: WebConfigFile, enter: (socket: Socket) => void, handshakeTimeoutMs: number) {
  const { tls, clientAuth } = config.current();
  const server = createTlsServer(
    {
      ...tls,
      ALPNProtocols: ['h2'],
      requestCert: clientAuth !== 'none',
      // Judged below, by the same rules as over HTTP.
      rejectUnauthorized: false,
    },
    (socket: TLSSocket) => {
      if (refuseClient(socket, config.current()) === undefined) enter(socket);
      else socket.destroy();
    },
  );
  boundHandshakes(server, handshakeTimeoutMs);
  return server;
}

// Certificates and authorities are those of the files when a connection comes.
function follow(
  config: WebConfigFile,
  server: Server & { setSecureContext(tls: object): void },
  cut: () => void,
) {
  let applied = config.current();
  server.prependListener('connection', () => {
    const now = config.current();
    if (now === applied) return;
    const trusted = String(applied.tls?.ca);
    applied = now;
    server.setSecureContext(now.tls ?? {});
    // They were verified by authorities that are not the ones of now.
    if (String(now.tls?.ca) !== trusted) cut();
  });
}
