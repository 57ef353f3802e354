// The fleet's own metrics, read from their places when asked: a scrape of a sensor pays for no registry.

import { Counter, Gauge, type MetricConfiguration, Registry } from 'prom-client';
import type { Bodies } from './bodies.ts';
import type { ListWatch } from './list-watch.ts';
import type { SensorProxy } from './sensor-proxy.ts';

/** What the metrics are read from. */
export interface Measured {
  readonly proxy: SensorProxy;
  readonly bodies: Bodies;
  readonly watch: ListWatch;
  connections(): Promise<number>;
}

export function createMetrics({ proxy, bodies, watch, connections }: Measured): Registry {
  const registry = new Registry();
  const counter = (name: string, help: string, label: string, read: () => Record<string, number>) =>
    new Counter({
      ...named(registry, name, help),
      labelNames: [label],
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(read())) this.inc({ [label]: value }, count);
      },
    });
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      ...named(registry, name, help),
      async collect() {
        this.set(await read());
      },
    });

  counter('scrapes_total', 'Requests to sensors, by outcome.', 'outcome', () => proxy.outcomes);
  counter('list_polls_total', 'Polls of the list of sensors, by outcome.', 'outcome', () => watch.polls);
  counter('cpu_seconds_total', 'CPU time of the process, by mode.', 'mode', cpuSeconds);
  new Counter({
    ...named(registry, 'bodies_prepared_total', 'Bodies computed.'),
    collect() {
      this.reset();
      this.inc(bodies.stats.prepared);
    },
  });
  gauge('prepared_bytes', 'Bytes of the bodies prepared in this window.', () => bodies.stats.bytes);
  gauge('sensors', 'Sensors on the list that stands.', () => watch.current()?.sensors.size ?? 0);
  gauge(
    'list_revision',
    'Revision of the list that stands, 0 without one.',
    () => watch.current()?.revision ?? 0,
  );
  gauge('connections', 'Connections that are open.', connections);
  return registry;
}

function named<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
): MetricConfiguration<Label> {
  return { name: `sensor_fleet_${name}`, help, registers: [registry] };
}

function cpuSeconds(): Record<string, number> {
  const { user, system } = process.cpuUsage();
  return { user: user / 1e6, system: system / 1e6 };
}
