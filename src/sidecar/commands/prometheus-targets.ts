// What one Prometheus has discovered and scrapes: its /api/v1/targets, read within bounds.

import { formatDuration } from '../../lib/duration.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { HttpClient } from '../../lib/http-client.ts';
import type { Labels } from '../../model/labels.ts';
import type { LabelledTarget } from '../targets/compare.ts';

/** A target as discovery gave it to a scrape job, before relabelling. */
export interface DiscoveredTarget extends LabelledTarget {
  /** The file it came from, as that server names it; undefined: from none. */
  readonly file: string | undefined;
  /** The scrape job. Of a dropped target Prometheus 2.x tells only its label, which the file may have set. */
  readonly job: string;
}

/** A target that is scraped. */
export interface ActiveTarget extends DiscoveredTarget {
  /** The label `job` after relabelling. */
  readonly jobLabel: string;
  readonly health: 'up' | 'down' | 'unknown';
  /** Why the last scrape failed; empty when it did not. */
  readonly lastError: string;
}

export interface DroppedTargets {
  readonly targets: readonly DiscoveredTarget[];
  /** False when the server counts more than it lists (`keep_dropped_targets`). */
  readonly isWhole: boolean;
}

export interface PrometheusServer {
  readonly client: HttpClient;
  /** Where it is, with its path prefix if it has one. */
  readonly url: string;
  readonly userAgent: string;
}

const TIMEOUT_MS = 30_000;
// Prometheus writes 600 to 1,000 bytes a target, and V8 has no longer strings than 512 MiB.
const MAX_BYTES = 400 * 2 ** 20;

/** @throws AppError `prometheus` when there is no answer, or none that Prometheus would give. */
export async function readActiveTargets(server: PrometheusServer): Promise<ActiveTarget[]> {
  const { activeTargets } = await ask(server, 'active');
  return readList(server, activeTargets, readActive);
}

/** @throws AppError `prometheus` when there is no answer, or none that Prometheus would give. */
export async function readDroppedTargets(server: PrometheusServer): Promise<DroppedTargets> {
  const { droppedTargets, droppedTargetCounts } = await ask(server, 'dropped');
  const targets = readList(server, droppedTargets, readDiscovered);
  const counts = isObject(droppedTargetCounts) ? Object.values(droppedTargetCounts) : [];
  const total = counts.reduce<number>((sum, count) => sum + Number(count), 0);
  return { targets, isWhole: total <= targets.length };
}

async function ask(server: PrometheusServer, state: 'active' | 'dropped'): Promise<Fields> {
  const base = server.url.endsWith('/') ? server.url : `${server.url}/`;
  const body = await get(server, new URL(`api/v1/targets?state=${state}`, base).href);
  const answer = parse(body);
  if (isObject(answer) && isObject(answer.data)) return answer.data;
  throw failure(server, 'what answers there is no Prometheus');
}

async function get(server: PrometheusServer, url: string): Promise<Buffer> {
  const headers = { 'user-agent': server.userAgent, accept: 'application/json' };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const answer = await server.client.get(url, { headers, maxBytes: MAX_BYTES, signal }).catch((cause) => {
    const late = `no whole answer within ${formatDuration(TIMEOUT_MS)}`;
    throw failure(server, signal.aborted ? late : messageOf(cause), cause);
  });
  if (answer.status !== 200) throw failure(server, `${url} answers ${answer.status}`);
  return answer.body;
}

function failure({ url }: PrometheusServer, why: string, cause?: unknown): AppError {
  return new AppError('prometheus', `cannot ask Prometheus at ${url}: ${why}`, { cause });
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function readList<Target>(
  server: PrometheusServer,
  list: unknown,
  read: (entry: Fields) => Target | undefined,
): Target[] {
  if (!Array.isArray(list)) throw failure(server, 'what answers there is no Prometheus');
  return list.map((entry: unknown) => {
    const target = isObject(entry) ? read(entry) : undefined;
    if (target === undefined) throw failure(server, 'it lists a target in a form that is not known here');
    return target;
  });
}

function readActive(entry: Fields): ActiveTarget | undefined {
  const target = readDiscovered(entry);
  const { labels, health, lastError } = entry;
  if (target === undefined || !isLabels(labels)) return undefined;
  return {
    ...target,
    jobLabel: labels.job ?? '',
    health: health === 'up' || health === 'down' ? health : 'unknown',
    lastError: typeof lastError === 'string' ? lastError : '',
  };
}

function readDiscovered({ discoveredLabels, scrapePool }: Fields): DiscoveredTarget | undefined {
  if (!isLabels(discoveredLabels)) return undefined;
  const { __address__: address, __meta_filepath: file, __meta_url: _, ...labels } = discoveredLabels;
  const job = typeof scrapePool === 'string' ? scrapePool : labels.job;
  return address === undefined || job === undefined ? undefined : { address, labels, file, job };
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLabels(value: unknown): value is Labels {
  return isObject(value) && Object.values(value).every((label) => typeof label === 'string');
}
