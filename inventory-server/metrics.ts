// What the inventory server counts of itself.

import { Counter, Gauge, Registry } from 'prom-client';
import { FAULT_KINDS, type FaultKind, type FaultTable } from './faults.ts';
import { FORMS, type Form } from './forms.ts';
import type { SensorList } from './list.ts';

export interface Metrics {
  /** The status is `none` when the request ended without one. */
  requestEnded(form: Form, status: string): void;
  faultBegan(kind: FaultKind): void;
  faultEnded(): void;
  /** The text exposition and its content type. */
  expose(): Promise<{ readonly contentType: string; readonly body: string }>;
}

export function createMetrics(list: SensorList, faults: FaultTable, version: string): Metrics {
  const registry = new Registry();
  observeState(registry, list, faults, version);
  const requests = requestCounter(registry);
  const served = faultCounter(registry);
  const open = new Gauge({
    name: 'inventory_server_faulty_answers_open',
    help: 'Faulty answers that are held or being sent now.',
    registers: [registry],
  });
  return {
    requestEnded: (form, status) => requests.inc({ form, status }),
    faultBegan(fault) {
      served.inc({ fault });
      open.inc();
    },
    faultEnded: () => open.dec(),
    expose: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

function requestCounter(registry: Registry): Counter<'form' | 'status'> {
  const counter = new Counter({
    name: 'inventory_server_requests_total',
    help: 'Requests for the inventory that ended, by form and status (none: cut or reset before a status).',
    labelNames: ['form', 'status'],
    registers: [registry],
  });
  for (const form of FORMS) for (const status of ['200', '304', 'none']) counter.inc({ form, status }, 0);
  return counter;
}

function faultCounter(registry: Registry): Counter<'fault'> {
  const counter = new Counter({
    name: 'inventory_server_faults_served_total',
    help: 'Requests that got a fault, by its kind.',
    labelNames: ['fault'],
    registers: [registry],
  });
  for (const fault of FAULT_KINDS) counter.inc({ fault }, 0);
  return counter;
}

function observeState(registry: Registry, list: SensorList, faults: FaultTable, version: string): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `inventory_server_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge('sensors', 'Sensors in the true list.', () => list.current().names.length);
  gauge('revision', 'Revision of the true list; one more with every change.', () => list.current().number);
  gauge('faults_active', 'Faults that wait for a request.', () => faults.list().length);
  new Gauge({
    name: 'inventory_server_build_info',
    help: 'Always 1; the labels say which program this is.',
    labelNames: ['version', 'node_version'],
    registers: [registry],
  }).set({ version, node_version: process.versions.node }, 1);
}
