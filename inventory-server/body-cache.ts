// Rendered bodies of the newest revision, so that a list is rendered and compressed once and not for every request.

export interface Body {
  readonly bytes: Buffer;
  readonly etag: string;
}

export interface BodyCache {
  /** The body under `key`, made when it is not there; requests that come together share one making. */
  get(revision: number, key: string, make: () => Promise<Body>): Promise<Body>;
}

export interface BodyCacheLimits {
  readonly bodies: number;
  readonly bytes: number;
}

interface Entry {
  readonly body: Promise<Body>;
  /** 0 until it is made. */
  bytes: number;
}

/** The body that was not asked for the longest goes first; a body above `limits.bytes` is served and not kept. */
export function createBodyCache(limits: BodyCacheLimits): BodyCache {
  const entries = new Map<string, Entry>();
  let newest = 0;

  const add = (key: string, entry: Entry): void => {
    entries.set(key, entry);
    entry.body.then(
      ({ bytes }) => {
        entry.bytes = bytes.length;
        evict(entries, limits);
      },
      () => entries.delete(key),
    );
  };

  return {
    get(revision, key, make) {
      if (revision !== newest) entries.clear();
      newest = revision;
      const entry = entries.get(key) ?? { body: make(), bytes: 0 };
      if (entries.delete(key)) entries.set(key, entry);
      else add(key, entry);
      return entry.body;
    },
  };
}

function evict(entries: Map<string, Entry>, limits: BodyCacheLimits): void {
  let bytes = [...entries.values()].reduce((sum, entry) => sum + entry.bytes, 0);
  for (const [key, entry] of entries) {
    if (entries.size <= limits.bodies && bytes <= limits.bytes) return;
    entries.delete(key);
    bytes -= entry.bytes;
  }
}
