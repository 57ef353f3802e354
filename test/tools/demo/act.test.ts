import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { act } from '../../../tools/demo/act.ts';
import { freePort } from '../../helpers/free-port.ts';

interface Stub {
  readonly url: string;
  readonly asked: string[];
}

/** A server that gives one answer to every POST, another to every GET, and remembers the questions. */
async function stub(status: number, body: string, got = body): Promise<Stub> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.method === 'GET') response.end(got);
    else response.writeHead(status).end(body);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const HELD = '{"held":{"digest":"3f43804cca46"}}';

test('accept and undo are posted to inventory-sd, and what it did is said without the hint for its commands', async () => {
  const admin = await stub(500, '');
  const sidecar = await stub(
    200,
    'accepted: 0 added, 50 removed; undo with inventory-sd accept --undo\n',
    HELD,
  );
  const addresses = { admin: admin.url, sidecar: sidecar.url };
  expect(await act(addresses, { do: 'accept' })).toBe('inventory-sd: accepted: 0 added, 50 removed');
  await act(addresses, { do: 'undo' });
  expect(sidecar.asked).toEqual(['GET /status', 'POST /-/accept?digest=3f43804cca46', 'POST /-/accept?undo']);
  expect(admin.asked).toEqual([]);
});

test('a refusal is told in the words of inventory-sd', async () => {
  const { url } = await stub(409, 'cannot accept: nothing is held\n', '{"held":null}');
  await expect(act({ admin: url, sidecar: url }, { do: 'accept' })).rejects.toThrow(
    /^inventory-sd: cannot accept: nothing is held$/,
  );
});

test('a fault replaces those of before, the new one first', async () => {
  const admin = await stub(200, '[{"id":3}]');
  await act({ admin: admin.url, sidecar: admin.url }, { do: 'break', fault: 'half' });
  expect(admin.asked).toEqual(['GET /faults', 'POST /faults', 'DELETE /faults/3']);
});

test('who does not answer is named', async () => {
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const addresses = { admin: nobody, sidecar: nobody };
  await expect(act(addresses, { do: 'undo' })).rejects.toThrow(/^cannot undo at inventory-sd: /);
  await expect(act(addresses, { do: 'heal' })).rejects.toThrow(/^cannot change the inventory: /);
});
