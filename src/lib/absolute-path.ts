// The path of a URL. Prometheus takes anything for the path of a scrape and asks for it; so it is ours to check.

/** Whether the text begins with / and holds no query, fragment or space. */
export function isAbsolutePath(text: string): boolean {
  return /^\/[^?#\s]*$/.test(text);
}
