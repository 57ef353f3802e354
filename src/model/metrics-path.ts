// The path of a scrape. Prometheus takes anything and asks for it; so it is ours to check.

/** Whether the text is an absolute path without query, fragment or space. */
export function isMetricsPath(text: string): boolean {
  return /^\/[^?#\s]*$/.test(text);
}
