// The labels that say how a target is scraped, checked because Prometheus drops the target over some and not over others.

import { isAbsolutePath } from '../../lib/absolute-path.ts';
import { formatDuration, parseDuration } from '../../lib/duration.ts';
import { shown } from './excerpt.ts';
import { EntryFault, type SetAsideReason } from './set-aside.ts';

/** What Prometheus waits for a target when nobody says anything. Milliseconds. */
const DEFAULT_TIMEOUT = 10_000;
/** Go's longest duration: 2^63 ns, in whole milliseconds. */
const LONGEST = 9_223_372_036_854;

/**
 * Checks scheme, path, interval and timeout, and completes them.
 * @throws EntryFault that says what is wrong with one of them.
 */
export function checkSpecialLabels(labels: Map<string, string>): void {
  const scheme = labels.get('__scheme__');
  if (scheme !== undefined) labels.set('__scheme__', checkScheme(scheme));
  const path = labels.get('__metrics_path__');
  if (path !== undefined && !isAbsolutePath(path)) throw fault('bad_path', 'path', path, 'no absolute path');
  const interval = durationIn(labels, '__scrape_interval__', 'interval');
  const timeout = durationIn(labels, '__scrape_timeout__', 'timeout');
  if (interval === undefined) return;
  // Prometheus drops a target whose timeout is above its interval, and the job's own may be.
  if (timeout === undefined)
    labels.set('__scrape_timeout__', formatDuration(Math.min(interval, DEFAULT_TIMEOUT)));
  else if (timeout > interval)
    throw fault('bad_interval', 'timeout', labels.get('__scrape_timeout__'), 'longer than the interval');
}

function checkScheme(text: string): string {
  const scheme = text.toLowerCase();
  if (scheme === 'http' || scheme === 'https') return scheme;
  throw fault('bad_scheme', 'scheme', text, 'neither http nor https');
}

function durationIn(labels: ReadonlyMap<string, string>, label: string, name: string): number | undefined {
  const text = labels.get(label);
  if (text === undefined) return undefined;
  // A bare number is none for Prometheus.
  const value = /^\d+$/.test(text) ? 0 : (parseDuration(text) ?? 0);
  if (value <= 0 || value > LONGEST)
    throw fault('bad_interval', name, text, 'no Prometheus duration above zero');
  return value;
}

function fault(reason: SetAsideReason, name: string, value: unknown, why: string): EntryFault {
  return new EntryFault(reason, `its ${name} ${shown(value)} is ${why}`);
}
