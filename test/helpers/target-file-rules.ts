// The rules by which Prometheus 2.42 and 3.5 read a target file, written from what they were seen to do and from no code of
// ours: what makes them refuse the whole file, drop a target, or ask an address that nobody meant.

/** Everything that Prometheus would not take as it stands, in words. */
export function faultsOfTargetFile(bytes: Buffer): string[] {
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) return ['refused: no UTF-8'];
  if (text.startsWith('\ufeff')) return ['refused: a byte-order mark'];
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return ['refused: no JSON'];
  }
  if (!Array.isArray(file)) return ['refused: no list'];
  return file.flatMap((group, index) => faultsOfGroup(group).map((fault) => `group ${index} ${fault}`));
}

function faultsOfGroup(group: unknown): string[] {
  if (typeof group !== 'object' || group === null || Array.isArray(group)) return ['refused: no object'];
  const keys = Object.keys(group);
  const { targets, labels } = group as { targets: unknown; labels: unknown };
  if (keys.some((key) => key !== 'targets' && key !== 'labels')) return [`refused: a field of ${keys}`];
  if (!Array.isArray(targets) || !targets.every((target) => typeof target === 'string'))
    return ['refused: targets that are no list of texts'];
  if (targets.length === 0) return ['lists nothing'];
  if (new Set(targets).size < targets.length) return ['lists a target twice'];
  return [...targets.flatMap(faultsOfTarget), ...faultsOfLabels(labels)];
}

function faultsOfTarget(target: string): string[] {
  const port = /:([0-9]+)$/.exec(target);
  if (port === null) return [`drops ${target}: no port`];
  if (Number(port[1]) < 1 || Number(port[1]) > 65_535) return [`cannot ask ${target}: the port`];
  const host = target.slice(0, port.index);
  if (/^\[.*\]$/.test(host)) return isIPv6InUrl(host) ? [] : [`cannot ask ${target}: no IPv6 address`];
  const isName = host
    .replace(/\.$/, '')
    .split('.')
    .every((part) => /^[0-9A-Za-z_-]{1,63}$/.test(part));
  return isName && host.length <= 253 ? [] : [`cannot ask ${target}: no host`];
}

// As another implementation reads it: a zone, which Prometheus cannot ask, is none for it.
function isIPv6InUrl(bracketed: string): boolean {
  return URL.canParse(`http://${bracketed}/`);
}

function faultsOfLabels(labels: unknown): string[] {
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels))
    return ['refused: labels that are no object'];
  const pairs = Object.entries(labels);
  const faults = pairs.flatMap(([name, value]) => faultsOfLabel(name, value));
  return [...faults, ...faultsOfScrape(new Map(pairs))];
}

function faultsOfLabel(name: string, value: unknown): string[] {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) return [`refused: the label name ${name}`];
  if (typeof value !== 'string') return [`refused: the label ${name} is no text`];
  // Go would read U+FFFD: another target than the one that was written.
  if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value))
    return [`changes the label ${name}`];
  if (name === '__address__') return ['ignores __address__'];
  if (name === '__scheme__' && !/^https?$/.test(value)) return [`cannot ask by ${value}`];
  if (name === '__metrics_path__' && !/^\/[^?#\s]*$/.test(value)) return [`cannot ask for ${value}`];
  return [];
}

const SECONDS: Readonly<Record<string, number>> = {
  y: 31_536_000,
  w: 604_800,
  d: 86_400,
  h: 3600,
  m: 60,
  s: 1,
  ms: 0.001,
};

function faultsOfScrape(labels: ReadonlyMap<string, string>): string[] {
  const interval = seconds(labels.get('__scrape_interval__'));
  const timeout = seconds(labels.get('__scrape_timeout__'));
  if (interval === undefined)
    return timeout === undefined || timeout > 0 ? [] : ['drops: a timeout that is none'];
  if (!(interval > 0) || !((timeout ?? 10) > 0)) return ['drops: a duration that is none'];
  return (timeout ?? 10) > interval ? ['drops: a timeout above the interval'] : [];
}

function seconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/.test(text)) return Number.NaN;
  const parts = [...text.matchAll(/(\d+)(ms|[ywdhms])/g)];
  const sum = parts.reduce((total, [, count, unit]) => total + Number(count) * (SECONDS[unit ?? ''] ?? 0), 0);
  // Go counts nanoseconds in 63 bits.
  return sum < 2 ** 63 / 1e9 ? sum : Number.NaN;
}
