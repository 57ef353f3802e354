// What one Prometheus has discovered and scrapes: its /api/v1/targets, read within bounds.

import { formatDuration } from '../../lib/duration.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { HttpClient } from '../../lib/http-client.ts';
import { type JsonListReader, readJsonList } from '../../lib/json-list.ts';
import type { Labels } from '../../model/labels.ts';
import type { LabelledTarget } from '../targets/compare.ts';
import type { Headers } from './prometheus-headers.ts';

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
  /** Where it is, with its path prefix if it has one, without a slash at its end. */
  readonly url: string;
  /** What goes with each request. */
  headers(): Promise<Headers>;
  /** For each answer, its body included; default: 30 s. */
  readonly timeoutMs?: number;
}

// Nothing is kept of it but the targets; Prometheus writes 600 to 1,000 bytes of each.
const MAX_BYTES = 2 ** 30;
const MAX_JOBS_BYTES = 16 * 2 ** 20;

/**
 * @param job only the targets of this scrape job, if the server can tell them apart.
 * @throws AppError `prometheus` when there is no answer, or none that Prometheus would give.
 */
export async function readActiveTargets(server: PrometheusServer, job?: string): Promise<ActiveTarget[]> {
  const pool = job === undefined ? '' : `&scrapePool=${encodeURIComponent(job)}`;
  const { targets } = await readTargets(server, `state=active${pool}`, 'activeTargets', readActive);
  return targets;
}

/** @throws AppError `prometheus` when there is no answer, or none that Prometheus would give. */
export async function readDroppedTargets(server: PrometheusServer): Promise<DroppedTargets> {
  const { targets, rest } = await readTargets(server, 'state=dropped', 'droppedTargets', readDiscovered);
  return { targets, isWhole: countDropped(rest) <= targets.length };
}

/** @returns the names of its scrape jobs; undefined when it does not tell, as Prometheus before 2.42. */
export async function readScrapeJobs({ client, url, headers, timeoutMs = 30_000 }: PrometheusServer) {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const bounds = { maxBytes: MAX_JOBS_BYTES, signal };
    const { status, body } = await client.get(`${url}/api/v1/scrape_pools`, {
      headers: await headers(),
      ...bounds,
    });
    const answer = status === 200 ? JSON.parse(body.toString()) : undefined;
    const jobs: unknown = answer?.data?.scrapePools;
    return isListOfText(jobs) ? jobs : undefined;
  } catch {
    return undefined;
  }
}

// Behind the list stands, since Prometheus 2.48, a flat object of job names and numbers.
function countDropped(rest: string): number {
  return [...rest.matchAll(/"\s*:\s*(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
}

async function readTargets<Target>(
  server: PrometheusServer,
  query: string,
  list: string,
  read: (entry: Fields) => Target | undefined,
): Promise<{ targets: Target[]; rest: string }> {
  const targets: Target[] = [];
  const reader = readJsonList(list, (entry) => {
    const target = read(entry as Fields);
    if (target === undefined) throw new Error('it lists a target in a form that is not known here');
    targets.push(target);
  });
  await get(server, `api/v1/targets?${query}`, reader);
  return { targets, rest: reader.rest() };
}

async function get(server: PrometheusServer, path: string, reader: JsonListReader): Promise<void> {
  const { timeoutMs = 30_000 } = server;
  const url = new URL(path, `${server.url}/`).href;
  const signal = AbortSignal.timeout(timeoutMs);
  const bounds = { maxBytes: MAX_BYTES, signal, onPiece: reader.write };
  try {
    const { status } = await server.client.get(url, { headers: await server.headers(), ...bounds });
    if (status !== 200) throw new Error(`${url} answers ${status}`);
    if (!reader.isWhole()) throw new Error('what answers there is no Prometheus');
  } catch (cause) {
    const why = signal.aborted ? `no whole answer within ${formatDuration(timeoutMs)}` : messageOf(cause);
    throw new AppError('prometheus', `cannot ask Prometheus at ${server.url}: ${why}`, { cause });
  }
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

function isListOfText(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function isLabels(value: unknown): value is Labels {
  return isObject(value) && Object.values(value).every((label) => typeof label === 'string');
}
