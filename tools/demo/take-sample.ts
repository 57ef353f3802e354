// Takes a sample: all questions at once, each bounded; what does not answer is left out of it.

import { readFile } from 'node:fs/promises';
import { parseTargetGroups } from '../../src/model/target-group.ts';
import type { StatusReport } from '../../src/sidecar/status-report.ts';
import type { Addresses } from './addresses.ts';
import { type ActiveAlert, alertsOnInventorySd } from './alerts.ts';
import type { Listed, Sample, SeenPrometheus } from './sample.ts';

const ANSWER_MS = 5_000;

/** Where the questions go. */
export interface Sources {
  readonly addresses: Addresses;
  readonly targetsFile: string;
}

export async function takeSample({ addresses, targetsFile }: Sources): Promise<Sample> {
  const at = Date.now();
  const [inventory, status, file, prometheus] = await Promise.all([
    orNothing(seenInventory(addresses.admin)),
    orNothing(getJson<StatusReport>(`${addresses.sidecar}/status`)),
    orNothing(addressesIn(targetsFile)),
    addresses.prometheus === undefined ? undefined : orNothing(seenPrometheus(addresses.prometheus)),
  ]);
  return { at, inventory, status, file, prometheus };
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

async function seenPrometheus(url: string): Promise<SeenPrometheus> {
  const [{ data: targets }, { data: refused }, { data: alerts }] = await Promise.all([
    getJson<{ data: { activeTargets: ActiveTarget[] } }>(`${url}/api/v1/targets?state=active`),
    getJson<{ data: { result: { value: [number, string] }[] } }>(
      `${url}/api/v1/query?query=sum(prometheus_sd_http_failures_total)`,
    ),
    getJson<{ data: { alerts: ActiveAlert[] } }>(`${url}/api/v1/alerts`),
  ]);
  return {
    guarded: listed(targets.activeTargets, 'sensors'),
    unguarded: listed(targets.activeTargets, 'sensors_unguarded'),
    refused: Number(refused.result[0]?.value[1] ?? 0),
    alerts: alertsOnInventorySd(alerts.alerts),
  };
}

function listed(targets: readonly ActiveTarget[], job: string): Listed {
  const own = targets.filter(({ scrapePool }) => scrapePool === job);
  return {
    addresses: own.map(({ discoveredLabels }) => discoveredLabels.__address__),
    up: own.filter(({ health }) => health === 'up').length,
  };
}

async function getJson<T>(url: string): Promise<T> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
  if (!answer.ok) throw new Error(`${answer.status} from ${url}`);
  return (await answer.json()) as T;
}

async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch(() => undefined);
}
