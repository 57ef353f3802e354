// The program: start, faulty settings, signals, exit codes.

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type Program, startNode } from '../helpers/process.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { ask, askJson, open } from './raw.ts';
import { startServer } from './servers.ts';

const SERVER = fileURLToPath(new URL('../../inventory-server/server.ts', import.meta.url));
const FREE = { LISTEN_ADDRESS: '127.0.0.1:0', ADMIN_ADDRESS: '127.0.0.1:0' };

async function started(program: Program): Promise<{ port: number; adminPort: number }> {
  const line = JSON.parse(await program.line(/inventory server listens/));
  const portOf = (address: string) => Number(address.split(':').at(-1));
  return { port: portOf(line.address), adminPort: portOf(line.adminAddress) };
}

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it with exit 0, held requests and all', async (signal) => {
  const program = startNode(SERVER, [], { env: { ...FREE, SENSORS: '3' } });
  const { port, adminPort } = await started(program);
  expect((await ask(port, '/inventory')).body.toString()).toBe('["sensor_0","sensor_1","sensor_2"]');
  const held = [];
  for (const fault of [
    { fault: 'delay', ms: 600_000 },
    { fault: 'drip', intervalMs: 60_000 },
    { fault: 'hang' },
  ]) {
    await askJson(adminPort, 'POST', '/faults', { ...fault, requests: 1 });
    held.push(open(port, '/inventory'));
    await waitFor('the fault to be taken', async () => {
      const { value } = await askJson(adminPort, 'GET', '/faults');
      return Array.isArray(value) && value.length === 0;
    });
  }
  program.kill(signal);
  expect(await program.exit).toEqual({ code: 0, signal: null });
  for (const connection of held) expect(['FIN', 'RST']).toContain(await connection.ended);
  expect(program.stderr).toEqual([]);
});

test('faulty settings are named all at once, with exit 1', async () => {
  const program = startNode(SERVER, [], { env: { ...FREE, SENSORS: 'many', PAGE_SIZE: '0' } });
  expect(await program.exit).toEqual({ code: 1, signal: null });
  expect(program.stderr).toEqual([
    'cannot start: 2 faulty settings',
    '  SENSORS is "many", not a whole number from 0 to 1000000',
    '  PAGE_SIZE is "0", not a whole number from 1 to 10000',
  ]);
});

test.each(['LISTEN_ADDRESS', 'ADMIN_ADDRESS'])('%s that is taken is named, with exit 1', async (name) => {
  const other = await startServer();
  const program = startNode(SERVER, [], { env: { ...FREE, [name]: `127.0.0.1:${other.port}` } });
  expect(await program.exit).toEqual({ code: 1, signal: null });
  expect(program.stderr).toEqual([`cannot listen on 127.0.0.1:${other.port}: another program listens there`]);
});
