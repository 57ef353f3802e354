// The doors for orchestrators and operators: alive, ready, reload, the server's own metrics.

import { AppError, messageOf } from '../../lib/errors.ts';
import type { Asked, Route } from './route.ts';

export interface Admin {
  /** Undefined while `--web.enable-lifecycle` is not given. @throws Error that says why the old configuration stays. */
  readonly reload: (() => Promise<void>) | undefined;
  /** The exposition of this server itself. */
  readonly metrics: () => Promise<string>;
}

const TEXT = 'text/plain; charset=utf-8';
const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8';

export function adminRoutes({ reload, metrics }: Admin): Route[] {
  const door = (method: 'GET' | 'POST', url: string, summary: string, handle: Route['handle']): Route => ({
    methods: method === 'GET' ? ['GET'] : ['POST', 'PUT'],
    url,
    tag: 'admin',
    summary,
    handle,
  });
  return [
    door('GET', '/-/healthy', 'Whether the server is alive', (_: Asked, reply) =>
      reply.type(TEXT).send('mini-tsdb is healthy.\n'),
    ),
    door('GET', '/-/ready', 'Whether the server answers queries', (_: Asked, reply) =>
      reply.type(TEXT).send('mini-tsdb is ready.\n'),
    ),
    door('POST', '/-/reload', 'Reads the configuration again', async (_: Asked, reply) => {
      if (reload === undefined)
        return reply.code(403).type(TEXT).send('Lifecycle API is not enabled; see --web.enable-lifecycle.\n');
      try {
        await reload();
      } catch (error) {
        throw new AppError('internal', `failed to reload config: ${messageOf(error)}`, { cause: error });
      }
      return reply.send('');
    }),
    door('GET', '/metrics', 'The metrics of this server itself', async (_: Asked, reply) =>
      reply.type(EXPOSITION).send(await metrics()),
    ),
  ];
}
