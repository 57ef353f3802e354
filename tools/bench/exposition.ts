// Measures the reading of expositions: CPU time a sample by the layout of the last scrape, by the strict way, and at first.
//   npx node tools/bench/exposition.ts [--rounds 9]

import '../../src/lib/node-version.ts';
import { parseArgs } from 'node:util';
import { sensorSamples } from '../../inventory-server/fleet/samples.ts';
import { createExpositionReader } from '../../src/tsdb/exposition/reader.ts';
import type { ExpositionReader } from '../../src/tsdb/exposition/scrape.ts';

interface Kind {
  readonly name: string;
  readonly contentType: string;
  /** The text of a target at its n-th scrape: one layout, other numbers. */
  text(n: number): string;
}

const TEXT = 'text/plain; version=0.0.4';
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0';
const BODIES = 16;
const ROUND_SAMPLES = 400_000;

const { values: flags } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
const rounds = Number(flags.rounds);

const KINDS: readonly Kind[] = [
  { name: 'sensor, 50 series', contentType: TEXT, text: (n) => sensorSamples(1, 'sensor_0', 1000 + n) },
  { name: 'exporter, 1,000 series', contentType: TEXT, text: (n) => exporterText(n, 1000) },
  { name: 'with timestamps', contentType: TEXT, text: (n) => timedText(n, 1000) },
  { name: 'OpenMetrics, 1,008 series', contentType: OPENMETRICS, text: (n) => openMetricsText(n, 84) },
];

for (const kind of KINDS) report(kind);

function report(kind: Kind): void {
  const texts = Array.from({ length: BODIES }, (_, n) => kind.text(n));
  const bodies = texts.map((text) => Buffer.from(text));
  // HELP of another family each time: the layout is never the same, the series always are.
  const others = texts.map((text, n) => Buffer.from(`# HELP other ${n}\n${text}`));
  const samples = createExpositionReader().read(bodies[0] as Buffer, kind.contentType).count;
  const ways = {
    'same layout': () => readAll(createExpositionReader(), bodies, kind.contentType, samples),
    strict: () => readAll(createExpositionReader(), others, kind.contentType, samples),
    'first scrape': () => readFirst(bodies, kind.contentType, samples),
  };
  const nanos = Object.entries(ways).map(([name, way]) => ({ name, ns: measure(way) }));
  const bytes = (bodies[0] as Buffer).length / samples;
  console.log(`${kind.name}: ${samples} samples of ${bytes.toFixed(0)} bytes, median of ${rounds} rounds`);
  for (const { name, ns } of nanos) {
    const ratio = ns / (nanos[0]?.ns ?? 1);
    console.log(
      `  ${name.padEnd(14)} ${ns.toFixed(0).padStart(6)} ns a sample, ${(1000 / ns).toFixed(1).padStart(5)} million a second, × ${ratio.toFixed(1)}`,
    );
  }
}

function readAll(
  reader: ExpositionReader,
  bodies: readonly Buffer[],
  contentType: string,
  samples: number,
): number {
  let read = 0;
  while (read < ROUND_SAMPLES) {
    for (const body of bodies) reader.read(body, contentType);
    read += samples * bodies.length;
  }
  return read;
}

function readFirst(bodies: readonly Buffer[], contentType: string, samples: number): number {
  let read = 0;
  for (; read < ROUND_SAMPLES; read += samples)
    createExpositionReader().read(bodies[(read / samples) % bodies.length] as Buffer, contentType);
  return read;
}

/** CPU nanoseconds a sample. */
function measure(way: () => number): number {
  way();
  const each = Array.from({ length: rounds }, () => {
    const before = process.cpuUsage();
    const samples = way();
    const { user, system } = process.cpuUsage(before);
    return (1000 * (user + system)) / samples;
  });
  return each.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
}

function exporterText(n: number, series: number): string {
  const random = noise(n + 1);
  let text = '';
  for (let i = 0; i < series; i++) {
    if (i % 20 === 0)
      text += `# HELP node_family_${i} What this family of an exporter counts.\n# TYPE node_family_${i} counter\n`;
    const value =
      i % 4 === 0
        ? Math.floor(random() * 1e9)
        : i % 4 === 1
          ? 0
          : Number((random() * 1e5).toFixed(i % 4 === 2 ? 2 : 9));
    text += `node_family_${i - (i % 20)}{device="eth${i % 20}",mode="idle",cpu="${i % 7}"} ${value}\n`;
  }
  return text;
}

function timedText(n: number, series: number): string {
  const lines = exporterText(n, series).split('\n');
  return lines
    .map((line) => (/^node/.test(line) ? `${line} ${1_700_000_000_000 + 15_000 * n}` : line))
    .join('\n');
}

function openMetricsText(n: number, histograms: number): string {
  let text = '# TYPE rpc_seconds histogram\n# UNIT rpc_seconds seconds\n';
  for (let i = 0; i < histograms; i++) {
    const labels = `method="call_${i}",code="200"`;
    const bounds = ['0.01', '0.05', '0.1', '0.25', '0.5', '1.0', '2.5', '5.0', '+Inf'];
    bounds.forEach((le, k) => {
      text += `rpc_seconds_bucket{${labels},le="${le}"} ${n * 10 + 10 * k}\n`;
    });
    text += `rpc_seconds_count{${labels}} ${n * 10 + 80}\nrpc_seconds_sum{${labels}} ${n + 0.125}\n`;
    text += `rpc_seconds_created{${labels}} 1700000000.123\n`;
  }
  return `${text}# EOF\n`;
}

function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
