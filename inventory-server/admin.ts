// The admin API: changes the true list while it runs, and injects faults. JSON in and out; no fault touches it.

import { AppError } from '../src/lib/errors.ts';
import type { Logger } from '../src/lib/log.ts';
import { type HttpRequest, json, type Reply, type Routes, text } from '../src/lib/routes.ts';
import { answering } from './answering.ts';
import type { BodyCache } from './body-cache.ts';
import { sensorsDocument } from './documents.ts';
import { readFault, showFault } from './fault-request.ts';
import type { FaultTable } from './faults.ts';
import { invalid } from './fields.ts';
import { defaultNames, type Revision, type SensorList } from './list.ts';
import { replyWith, represent } from './representation.ts';
import type { Endpoint } from './sensor.ts';
import { readCountQuery, readSensorsRequest } from './sensors-request.ts';

export interface AdminParts {
  readonly list: SensorList;
  readonly faults: FaultTable;
  readonly cache: BodyCache;
  readonly endpoint: Endpoint;
  readonly log: Logger;
}

export function adminRoutes(parts: AdminParts): Routes {
  return {
    '/sensors': sensorsRoutes(parts),
    '/sensors/*': { DELETE: answering((request) => removeOne(parts, request)) },
    '/faults': faultsRoutes(parts),
    '/faults/*': { DELETE: answering((request) => clearOne(parts, request)) },
    '/healthz': { GET: () => text(200, 'ok') },
  };
}

function sensorsRoutes({ list, cache, endpoint, log }: AdminParts): Routes[string] {
  return {
    GET: async ({ headers }) =>
      replyWith(await represent(sensorsDocument(list.current(), endpoint), headers, cache), headers),
    PUT: answering(async (request) => {
      const wanted = readSensorsRequest(await request.body(), 0);
      return changed(log, list.set('names' in wanted ? wanted.names : defaultNames(wanted.count)));
    }),
    POST: answering(async (request) => {
      const wanted = readSensorsRequest(await request.body(), 1);
      return changed(log, 'names' in wanted ? list.add(wanted.names) : list.addFree(wanted.count));
    }),
    DELETE: answering(({ url }) => changed(log, list.removeLast(readCountQuery(url.searchParams)))),
  };
}

function faultsRoutes({ faults, log }: AdminParts): Routes[string] {
  return {
    GET: () => json(200, faults.list().map(showFault)),
    POST: answering(async (request) => {
      const shown = showFault(faults.add(readFault(await request.body())));
      log.info({ ...shown }, 'fault added');
      return json(201, shown);
    }),
    DELETE: () => {
      const cleared = faults.clear();
      log.info({ cleared }, 'faults cleared');
      return json(200, { cleared });
    },
  };
}

function removeOne({ list, log }: AdminParts, request: HttpRequest): Reply {
  return changed(log, list.remove(lastSegment(request.url)));
}

function clearOne({ faults, log }: AdminParts, request: HttpRequest): Reply {
  const segment = lastSegment(request.url);
  if (!/^\d{1,15}$/.test(segment)) throw invalid('id', `must be a number, is ${JSON.stringify(segment)}`);
  faults.remove(Number(segment));
  log.info({ id: Number(segment) }, 'fault cleared');
  return json(200, { cleared: 1 });
}

function changed(log: Logger, revision: Revision): Reply {
  const state = { revision: revision.number, count: revision.names.length };
  log.info(state, 'list of sensors set');
  return json(200, state);
}

function lastSegment(url: URL): string {
  const segment = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new AppError('invalid', `path: cannot decode ${segment}`, { cause });
  }
}
