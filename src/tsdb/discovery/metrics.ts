// How discovery is doing.

import { Counter, type Registry } from 'prom-client';

export interface DiscoveryMetrics {
  fileReadFailed(): void;
  httpFailed(): void;
}

export function createDiscoveryMetrics(registry: Registry): DiscoveryMetrics {
  const counter = (name: string, help: string) =>
    new Counter({ name: `mini_tsdb_sd_${name}`, help, registers: [registry] });
  const files = counter(
    'file_read_errors_total',
    'Target files that could not be read or were refused; their last list stands.',
  );
  const lists = counter('http_failures_total', 'Requests of http_sd that gave no list; the last one stands.');
  return { fileReadFailed: () => files.inc(), httpFailed: () => lists.inc() };
}
