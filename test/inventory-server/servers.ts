// Starts real inventory servers on free ports and stops them after each test.

import { afterEach } from 'vitest';
import {
  type InventoryServerSettings,
  startInventoryServer,
} from '../../inventory-server/inventory-server.ts';
import { createLogger } from '../../src/lib/log.ts';
import { ask, askJson, type RawAnswer, type RawRequest } from './raw.ts';

export interface TestServer {
  /** Port of the public server. */
  readonly port: number;
  readonly adminPort: number;
  readonly stop: () => Promise<void>;
  get(path: string, headers?: Readonly<Record<string, string>>, method?: string): Promise<RawAnswer>;
  admin(method: string, path: string, value?: unknown): Promise<{ status: number; value: unknown }>;
  /** Injects a fault. */
  fault(fault: Readonly<Record<string, unknown>>): Promise<void>;
  /** The value of a metric, its labels included in `name`. */
  metric(name: string): Promise<number>;
}

const LOOPBACK = { host: '127.0.0.1', port: 0 };
const DEFAULTS: InventoryServerSettings = {
  listenAddress: LOOPBACK,
  adminAddress: LOOPBACK,
  sensors: 4,
  sensorPort: 9100,
  sensorPath: '/metrics',
  pageSize: 1000,
};

const running = new Set<() => Promise<void>>();

afterEach(async () => {
  await Promise.all([...running].map((stop) => stop()));
  running.clear();
});

export async function startServer(settings: Partial<InventoryServerSettings> = {}): Promise<TestServer> {
  const server = await startInventoryServer({ ...DEFAULTS, ...settings }, createLogger('silent'));
  running.add(server.stop);
  const { port } = server.address;
  const adminPort = server.adminAddress.port;
  const get = (path: string, headers: RawRequest['headers'] = {}, method = 'GET') =>
    ask(port, path, { method, headers });
  return {
    port,
    adminPort,
    stop: server.stop,
    get,
    admin: (method, path, value) => askJson(adminPort, method, path, value),
    async fault(fault) {
      const { status, value } = await askJson(adminPort, 'POST', '/faults', fault);
      if (status !== 201) throw new Error(JSON.stringify(value));
    },
    async metric(name) {
      const { body } = await get('/metrics');
      const line = body
        .toString()
        .split('\n')
        .find((text) => text.startsWith(`${name} `));
      return line === undefined ? Number.NaN : Number(line.slice(name.length));
    },
  };
}
