// A proxy that answers for any number of targets with bodies made beforehand, so that a scraper can be measured alone.
//   npx node tools/bench/scrape-targets.ts [--series 50]

import '../../src/lib/node-version.ts';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { series: { type: 'string', default: '50' } } });
const VARIANTS = 32;

const bodies = Array.from({ length: VARIANTS }, (_, variant) =>
  Buffer.from(bodyOf(Number(values.series), variant)),
);
let next = 0;
let served = 0;

const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  if (request.url === '/served') return void response.end(String(served));
  served += 1;
  next = (next + 1) % VARIANTS;
  const body = bodies[next] as Buffer;
  response
    .writeHead(200, { 'content-type': 'text/plain; version=0.0.4', 'content-length': body.length })
    .end(body);
});
server.listen(0, '127.0.0.1', () => console.log(`port ${(server.address() as AddressInfo).port}`));
process.on('disconnect', () => process.exit());

/** Gauges with one decimal, counters and a histogram, ten to a family: like an exporter's. */
function bodyOf(series: number, variant: number): string {
  const lines: string[] = [];
  for (let i = 0; i < series; i += 1) {
    const family = Math.floor(i / 10);
    if (i % 10 === 0) {
      lines.push(`# HELP sensor_family_${family} What family ${family} of the sensor tells.`);
      lines.push(`# TYPE sensor_family_${family} ${family % 2 === 0 ? 'gauge' : 'counter'}`);
    }
    const value = family % 2 === 0 ? (200 + variant + i) / 10 : 1_000_000 * (i + 1) + variant * 15;
    lines.push(`sensor_family_${family}{channel="${i % 10}",room="lab"} ${value}`);
  }
  return `${lines.join('\n')}\n`;
}
