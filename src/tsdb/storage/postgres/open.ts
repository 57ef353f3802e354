// Opens the store over PostgreSQL: waits for the database, and makes its tables.

import { formatDuration } from '../../../lib/duration.ts';
import { Connections } from './connections.ts';
import { notOpened } from './failures.ts';
import { registerMetrics } from './metrics.ts';
import { DEFAULT_OPTIONS, type PostgresStoreOptions } from './options.ts';
import { Patience } from './patience.ts';
import { widthOf } from './ranges.ts';
import { SeriesMemory } from './series-memory.ts';
import { OpenStore, type PostgresStore } from './store.ts';
import { migrate, namesIn } from './tables.ts';

/**
 * Connects, and makes the tables when they are not there.
 * @throws AppError `credentials` when the file holds no URL, `not_durable` when the database is not there within `waitMs`,
 *   `schema` when its tables are those of a newer program; the reason of `stopping` when that ends the waiting.
 */
export async function openPostgresStore(
  options: Partial<PostgresStoreOptions> & { readonly urlFile: string },
): Promise<PostgresStore> {
  const all = { ...DEFAULT_OPTIONS, ...options };
  const names = namesIn(all.schema);
  const memory = new SeriesMemory(all.rememberedSeries);
  // Behind a new connection may be a server that has not all series: one that took over, or was restored.
  const connections = new Connections(all, (lane) => lane === 'write' && memory.forget());
  const opening = new Patience(all, {
    away: `cannot use PostgreSQL yet; nothing listens before, and without it this program ends after ${formatDuration(all.waitMs)}`,
    back: 'PostgreSQL can be used',
  });
  const widthMs = widthOf(all.retentionMs);
  await connections.checkUrl();
  const giveUp = () => {
    opening.close();
    connections.hurry();
  };
  all.stopping?.addEventListener('abort', giveUp, { once: true });
  try {
    const division = await opening.attempt(() =>
      connections.transaction('upkeep', (client) => migrate(client, names, widthMs)),
    );
    const store = new OpenStore(all, { names, connections, memory }, division);
    await store.begin();
    if (all.registry !== undefined) registerMetrics(all.registry, store);
    return store;
  } catch (error) {
    await connections.close();
    all.stopping?.throwIfAborted();
    throw notOpened(error);
  } finally {
    all.stopping?.removeEventListener('abort', giveUp);
  }
}
