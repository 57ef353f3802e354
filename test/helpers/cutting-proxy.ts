// A network that can be cut: hands connections on to a server on this machine, byte by byte.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  readonly port: number;
  /** Once the next bytes to the server hold this text: lets the server do it, and cuts before its answer is handed on. */
  cutAfter(text: string): Promise<void>;
  /** Bytes no longer come through, and nobody is told. */
  freeze(): void;
  /** Bytes of new connections come through again. */
  thaw(): void;
  close(): Promise<void>;
}

export async function startCuttingProxy(serverPort: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  let armed: { readonly text: string; readonly done: () => void } | undefined;

  const listener = createServer((client) => {
    const server = connect(serverPort, '127.0.0.1');
    let cut: (() => void) | undefined;
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.on('data', (data) => {
      if (isFrozen) return;
      if (armed !== undefined && data.includes(armed.text)) {
        cut = armed.done;
        armed = undefined;
      }
      server.write(data);
    });
    server.on('data', (data) => {
      if (isFrozen) return;
      if (cut === undefined) client.write(data);
      else {
        client.destroy();
        cut();
      }
    });
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    cutAfter: (text) => new Promise((done) => (armed = { text, done })),
    freeze() {
      isFrozen = true;
    },
    thaw() {
      isFrozen = false;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
