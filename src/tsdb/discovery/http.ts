// http_sd: target groups from a server that is asked again and again.

import { AppError, messageOf } from '../../lib/errors.ts';
import type { HttpAccess } from '../../lib/http-access.ts';
import { createFetcher, type FetchAnswer, parseFetchUrl } from '../../lib/http-fetch.ts';
import { publicUrl } from '../../lib/public-url.ts';
import type { TargetGroup } from '../../model/target-group.ts';
import type { Discovery, DiscoveryServices, Found } from './discovery.ts';
import { readJsonGroups } from './read-groups.ts';

export interface HttpDiscoveryConfig {
  readonly url: string;
  readonly refreshMs: number;
  readonly access: HttpAccess;
}

const MAX_BYTES = 268_435_456;
const CONTENT_TYPE = /^application\/json(;\s*charset=("utf-8"|utf-8))?$/i;

/** Source of the rules: discovery/http of Prometheus. Whatever is no list keeps the last one. */
export function startHttpDiscovery(
  { url, refreshMs, access }: HttpDiscoveryConfig,
  { alarms, log, metrics, userAgent }: DiscoveryServices,
  found: Found,
): Discovery {
  const fetcher = createFetcher(access);
  const headers = {
    'user-agent': userAgent,
    accept: 'application/json',
    'accept-encoding': 'gzip',
    'x-prometheus-refresh-interval-seconds': String(refreshMs / 1000),
  };
  let groups: readonly TargetGroup[] | undefined;
  let lastFault: string | undefined;
  let isStopped = false;
  let next = alarms.after(0, () => void refresh());

  async function refresh(): Promise<void> {
    // The list is asked for at every interval, so an answer may take that long.
    next = alarms.after(refreshMs, () => void refresh());
    try {
      take(await ask());
      lastFault = undefined;
    } catch (error) {
      if (!isStopped) failed(messageOf(error));
    }
  }

  async function ask(): Promise<TargetGroup[]> {
    const parsed = parseFetchUrl(url);
    if (parsed === undefined) throw new AppError('url', 'it is no http or https URL');
    const flight = fetcher.get({ url: parsed, headers, bodyBound: MAX_BYTES });
    const late = alarms.after(refreshMs, () => flight.abort(new AppError('timeout', 'it took too long')));
    try {
      const answer = await flight.answer;
      answer.drop();
      return groupsOf(answer, url);
    } finally {
      late.cancel();
    }
  }

  function take(now: readonly TargetGroup[]): void {
    if (isStopped) return;
    const hasChanged = groups === undefined || JSON.stringify(groups) !== JSON.stringify(now);
    groups = hasChanged ? now : groups;
    if (hasChanged) found(now);
  }

  function failed(reason: string): void {
    metrics.httpFailed();
    if (reason !== lastFault)
      log.warn({ url: publicUrl(url), reason }, 'no target list, the last one stands');
    lastFault = reason;
    if (groups === undefined) take([]);
  }

  return {
    stop() {
      isStopped = true;
      next.cancel();
      fetcher.destroy();
    },
  };
}

function groupsOf({ status, statusText, contentType, body }: FetchAnswer, url: string): TargetGroup[] {
  if (status !== 200) throw new AppError('status', `server returned HTTP status ${status} ${statusText}`);
  if (!CONTENT_TYPE.test(contentType.trim()))
    throw new AppError('content_type', `unsupported content type ${JSON.stringify(contentType)}`);
  return readJsonGroups(body.toString('utf8')).map(({ targets, labels }) => ({
    targets,
    labels: { ...labels, __meta_url: url },
  }));
}
