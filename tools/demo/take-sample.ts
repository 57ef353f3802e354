// Takes a sample: all questions at once, each bounded; what does not answer is left out of it.

import { readFile } from 'node:fs/promises';
import { parseTargetGroups } from '../../src/model/target-group.ts';
import type { StatusReport } from '../../src/sidecar/status-report.ts';
import type { Addresses } from './addresses.ts';
import { type ActiveAlert, alertsOnInventorySd } from './alerts.ts';
import type { Listed, Sample, SeenServer } from './sample.ts';

const ANSWER_MS = 5_000;

/** Where the questions go. */
export interface Sources {
  readonly addresses: Addresses;
  readonly targetsFile: string;
}

export async function takeSample({ addresses, targetsFile }: Sources): Promise<Sample> {
  const at = Date.now();
  const { prometheus, miniTsdb } = addresses;
  const [inventory, status, file, seenPrometheus, seenMiniTsdb] = await Promise.all([
    orNothing(seenInventory(addresses.admin)),
    orNothing(getJson<StatusReport>(`${addresses.sidecar}/status`)),
    orNothing(addressesIn(targetsFile)),
    prometheus === undefined ? undefined : orNothing(seenServer('Prometheus', prometheus)),
    orNothing(seenServer('mini-tsdb', miniTsdb)),
  ]);
  const seen = { at, inventory, status, file };
  return prometheus === undefined
    ? { ...seen, server: seenMiniTsdb, beside: undefined }
    : { ...seen, server: seenPrometheus, beside: seenMiniTsdb };
}

interface AdminFault {
  readonly fault: string;
  readonly options: { readonly status?: number };
  readonly client: string | null;
}

async function seenInventory(admin: string): Promise<Sample['inventory']> {
  const [{ sensors }, faults] = await Promise.all([
    getJson<{ sensors: unknown[] }>(`${admin}/sensors`),
    getJson<AdminFault[]>(`${admin}/faults`),
  ]);
  const newest = faults.findLast(({ client }) => client === null);
  const fault = newest && { fault: newest.fault, status: newest.options.status };
  return { sensors: sensors.length, fault };
}

async function addressesIn(targetsFile: string): Promise<readonly string[]> {
  return parseTargetGroups(await readFile(targetsFile, 'utf8')).flatMap(({ targets }) => targets);
}

interface ActiveTarget {
  readonly discoveredLabels: { readonly __address__: string };
  readonly scrapePool: string;
  readonly health: string;
}

async function seenServer(name: SeenServer['name'], url: string): Promise<SeenServer> {
  const [{ data }, refused, alerts] = await Promise.all([
    getJson<{ data: { activeTargets: ActiveTarget[] } }>(`${url}/api/v1/targets?state=active`),
    refusedBy(url),
    name === 'Prometheus' ? alertsOf(url) : [],
  ]);
  return {
    name,
    guarded: listed(data.activeTargets, 'sensors'),
    unguarded: listed(data.activeTargets, 'sensors_unguarded'),
    refused,
    alerts,
  };
}

// In the server's own exposition: what it has scraped of itself is older.
async function refusedBy(url: string): Promise<number> {
  const exposition = await getText(`${url}/metrics`);
  const counters = exposition.matchAll(
    /^(?:prometheus|mini_tsdb)_sd_http_failures_total(?:\{.*\})? (\S+)$/gm,
  );
  return [...counters].reduce((sum, [, count]) => sum + Number(count), 0);
}

async function alertsOf(url: string): Promise<SeenServer['alerts']> {
  const { data } = await getJson<{ data: { alerts: ActiveAlert[] } }>(`${url}/api/v1/alerts`);
  return alertsOnInventorySd(data.alerts);
}

function listed(targets: readonly ActiveTarget[], job: string): Listed {
  const own = targets.filter(({ scrapePool }) => scrapePool === job);
  return {
    addresses: own.map(({ discoveredLabels }) => discoveredLabels.__address__),
    up: own.filter(({ health }) => health === 'up').length,
  };
}

async function getJson<T>(url: string): Promise<T> {
  return JSON.parse(await getText(url)) as T;
}

async function getText(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
  if (!answer.ok) throw new Error(`${answer.status} from ${url}`);
  return answer.text();
}

async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch(() => undefined);
}
