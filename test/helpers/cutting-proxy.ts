// A network that can be cut: hands connections on to a server on this machine, byte by byte.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  readonly port: number;
  /** Once the next bytes to the server hold this text: lets the server do it, and cuts before its answer is handed on. */
  cutAfter(text: string): Promise<void>;
  /**
   * Once the next bytes to the server hold this text, that connection is silent for ever; whether the server still gets
   * them. Nobody is told, and other connections go on.
   */
  silence(text: string, isHandedOn: boolean): Promise<void>;
  /** Bytes no longer come through, and nobody is told. */
  freeze(): void;
  /** Bytes of new connections come through again. */
  thaw(): void;
  close(): Promise<void>;
}

/** What becomes of a connection at some text. */
type Fate = 'cut' | 'silent' | 'silent at once';

interface Armed {
  readonly text: string;
  readonly fate: Fate;
  readonly done: () => void;
}

export async function startCuttingProxy(serverPort: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  let armed: Armed | undefined;
  const met = (data: Buffer): Armed | undefined => {
    if (armed === undefined || !data.includes(armed.text)) return undefined;
    const found = armed;
    armed = undefined;
    return found;
  };
  const arm = (text: string, fate: Fate) =>
    new Promise<void>((done) => {
      armed = { text, fate, done };
    });

  const listener = createServer((client) => {
    const server = connect(serverPort, '127.0.0.1');
    let now: Armed | undefined;
    const isSilent = () => isFrozen || now?.fate.startsWith('silent') === true;
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        // Of a silent one neither end hears of the other.
        if (now?.fate.startsWith('silent') === true) return;
        client.destroy();
        server.destroy();
      });
    }
    client.on('data', (data) => {
      if (isSilent()) return;
      now ??= met(data);
      if (now?.fate !== 'silent at once') server.write(data);
      if (isSilent()) now?.done();
    });
    server.on('data', (data) => {
      if (isSilent()) return;
      if (now === undefined) client.write(data);
      else {
        client.destroy();
        now.done();
      }
    });
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    silence: (text, isHandedOn) => arm(text, isHandedOn ? 'silent' : 'silent at once'),
    cutAfter: (text) => arm(text, 'cut'),
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
