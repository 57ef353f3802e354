// Connections that hold their places without need: a handshake that does not end, an answer that is not read, requests
// sent by the hundred before the first is answered. Node bounds the time in which a request must arrive.

import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Server as SecureServer } from 'node:tls';

/** Cuts a connection whose handshake takes longer than this. */
export function boundHandshakes(server: SecureServer, boundMs: number): void {
  const running = new Map<string, NodeJS.Timeout>();
  server.prependListener('connection', (socket: Socket) => {
    const other = otherEnd(socket);
    running.set(other, setTimeout(() => socket.destroy(), boundMs).unref());
    socket.once('close', () => settle(other));
  });
  const settle = (other: string) => {
    clearTimeout(running.get(other));
    running.delete(other);
  };
  // Another object than the socket it came by.
  server.on('secureConnection', (socket) => settle(otherEnd(socket)));
}

function otherEnd({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** Cuts a connection that has had something to be read for this long without a pause. */
export function boundReaders(
  server: Server,
  event: 'connection' | 'secureConnection',
  boundMs: number,
): void {
  const sockets = new Map<Socket, number | undefined>();
  let sweeping: NodeJS.Timeout | undefined;
  const sweep = () => {
    const now = performance.now();
    for (const [socket, since] of sockets) {
      if (socket.writableLength === 0) sockets.set(socket, undefined);
      else if (since === undefined) sockets.set(socket, now);
      else if (now - since >= boundMs) socket.destroy();
    }
  };
  server.on(event, (socket: Socket) => {
    sockets.set(socket, undefined);
    sweeping ??= setInterval(sweep, Math.min(1_000, boundMs)).unref();
    socket.once('close', () => {
      sockets.delete(socket);
      if (sockets.size > 0) return;
      clearInterval(sweeping);
      sweeping = undefined;
    });
  });
}

/** Cuts a connection with more than `most` requests that wait for an answer. */
export function boundRequests(onRequest: RequestListener, most: number): RequestListener {
  const waiting = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    const count = (waiting.get(socket) ?? 0) + 1;
    waiting.set(socket, count);
    if (count > most) {
      socket.destroy();
      return;
    }
    response.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
    onRequest(request, response);
  };
}
