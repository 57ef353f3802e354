// A URL as it may be shown.

/** The URL without what may be secret: user info, query and fragment. A query that was there is shown as `?…`. */
export function publicUrl(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return origin + pathname + (search === '' ? '' : '?…');
}
