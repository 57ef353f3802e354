// prometheus/demo.yml, written for containers, made to fit the demo's addresses on loopback.

/** Where each host:port of demo.yml is found here. */
export type Moved = Readonly<Record<string, string>>;

const KEYS = ['scrape_interval', 'evaluation_interval'];
// The refresh of the file's folder, in minutes, is a safety net and stays.
const INTERVALS = /^( *(?:(?:scrape|evaluation)_interval:|refresh_interval:(?= \d+s$))).*$/gm;

/**
 * Puts the demo's addresses in the place of the containers', and scrapes, evaluates rules and asks by http_sd every
 * `interval`.
 * The targets' path stays: it is relative to the configuration.
 * @throws Error that names what demo.yml does not hold any more.
 */
export function demoConfig(yaml: string, moved: Moved, interval: string): string {
  const places = Object.keys(moved);
  const missing = places.filter((place) => !yaml.includes(place));
  missing.push(...KEYS.filter((key) => !yaml.includes(`${key}:`)));
  if (missing.length > 0)
    throw new Error(`cannot use prometheus/demo.yml: it has no ${missing.join(', no ')}`);
  return yaml
    .replace(/[\w.-]+:\d+/g, (place) => moved[place] ?? place)
    .replace(INTERVALS, (_line, key: string) => `${key} ${interval}`);
}

/**
 * Without the job in which Prometheus scrapes itself at localhost: another server that reads the file would miss it there.
 * @throws Error when there is none.
 */
export function withoutPrometheus(yaml: string): string {
  const job = /^ {2}- job_name: prometheus\n(?: {4}.*\n)*\n?/m;
  if (!job.test(yaml)) throw new Error('cannot use prometheus/demo.yml: it has no job prometheus');
  return yaml.replace(job, '');
}
