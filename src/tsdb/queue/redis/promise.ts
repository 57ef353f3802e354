// What Redis promises of samples that it has accepted, read from its own settings.

import { messageOf } from '../../../lib/errors.ts';
import type { Send } from './connection.ts';

/** From the weakest to the strongest: when Redis writes accepted samples to its disk for good. */
export const KEEPS = ['any', 'everysec', 'always'] as const;
export type Keeps = (typeof KEEPS)[number];

export interface RedisPromise {
  /** `any`: no promise, or none that could be read. */
  readonly keeps: Keeps;
  /** What may be lost, and what to set; for the operator. Undefined: nothing that is accepted. */
  readonly lost: string | undefined;
  /** That Redis may throw the stream away when its memory is full. */
  readonly evicts: string | undefined;
}

/** Asks Redis. Where it does not show its settings, no promise is assumed. @throws what `send` throws, when Redis is away. */
export async function readPromise(send: Send): Promise<RedisPromise> {
  try {
    const settings = pairsOf(await send(['CONFIG', 'GET', '*append*']));
    return promiseOf(settings, pairsOf(await send(['CONFIG', 'GET', 'maxmemory*'])));
  } catch (error) {
    if (!/^(ERR|NOPERM) /.test(messageOf(error))) throw error;
    const lost =
      'Redis does not show its settings (CONFIG GET), so it is not known which accepted samples a crash of it loses';
    return { keeps: 'any', lost, evicts: undefined };
  }
}

type Settings = ReadonlyMap<string, string>;

function pairsOf(reply: unknown): Settings {
  const flat = Array.isArray(reply) ? reply.map(String) : [];
  return new Map(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ''] as const] : [])));
}

const ASK = 'set appendonly yes and appendfsync always';

export function promiseOf(append: Settings, memory: Settings): RedisPromise {
  const evicts = evictionOf(memory);
  const none = (lost: string) => ({ keeps: 'any' as const, lost: `${lost}; ${ASK}`, evicts });
  if (append.get('appendonly') !== 'yes')
    return none(
      'accepted samples that have not reached the store are lost when Redis restarts (appendonly no)',
    );
  const fsync = append.get('appendfsync');
  if (fsync !== 'always' && fsync !== 'everysec')
    return none(
      `accepted samples of some ten seconds are lost when the machine of Redis fails (appendfsync ${fsync})`,
    );
  if (append.get('no-appendfsync-on-rewrite') === 'yes')
    return none(
      'accepted samples are lost when the machine of Redis fails while it rewrites its file (no-appendfsync-on-rewrite yes)',
    );
  if (fsync === 'always') return { keeps: 'always', lost: undefined, evicts };
  const lost = `accepted samples of the last second or two are lost when Redis crashes (appendfsync everysec); ${ASK}`;
  return { keeps: 'everysec', lost, evicts };
}

function evictionOf(memory: Settings): string | undefined {
  const policy = memory.get('maxmemory-policy') ?? '';
  if (!policy.startsWith('allkeys-') || memory.get('maxmemory') === '0') return undefined;
  return `Redis may throw the whole queue away when its memory is full (maxmemory-policy ${policy}); set noeviction`;
}

export function isKept(promise: RedisPromise | undefined, asked: Keeps): boolean {
  return KEEPS.indexOf(promise?.keeps ?? 'any') >= KEEPS.indexOf(asked);
}
