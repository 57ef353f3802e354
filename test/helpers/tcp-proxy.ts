// A TCP proxy on loopback whose connections can be cut, and whose bytes can be held up.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** Ends every connection at once; new ones are taken. */
  cut(): void;
  /** From now on answers of the server go nowhere; new connections are taken, and stay silent. */
  swallow(isOn: boolean): void;
  /** Later connections lead to another port of this machine; those there are end. */
  aim(target: number): void;
  stop(): Promise<void>;
}

export async function startTcpProxy(firstTarget: number): Promise<TcpProxy> {
  let target = firstTarget;
  const sockets = new Set<Socket>();
  let isSwallowing = false;
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes) => isSwallowing || client.write(bytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    swallow: (isOn) => {
      isSwallowing = isOn;
    },
    aim: (port) => {
      target = port;
      cut();
    },
    stop: async () => {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}
