// prometheus/demo.yml, written for containers, made to fit the demo's addresses on loopback.

/** Where each host:port of demo.yml is found here. */
export type Moved = Readonly<Record<string, string>>;

/**
 * Puts the demo's addresses in the place of the containers', and scrapes and evaluates rules every `interval`.
 * The targets' path stays: it is relative to the configuration.
 * @throws Error that names what demo.yml does not hold any more.
 */
export function demoConfig(yaml: string, moved: Moved, interval: string): string {
  const places = Object.keys(moved);
  const missing = places.filter((place) => !yaml.includes(place));
  missing.push(...['scrape_interval', 'evaluation_interval'].filter((key) => !yaml.includes(`${key}:`)));
  if (missing.length > 0)
    throw new Error(`cannot use prometheus/demo.yml: it has no ${missing.join(', no ')}`);
  return yaml
    .replace(/[\w.-]+:\d+/g, (place) => moved[place] ?? place)
    .replace(/^( *(?:scrape|evaluation)_interval:).*$/gm, (_line, key: string) => `${key} ${interval}`);
}
