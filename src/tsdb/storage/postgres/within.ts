// A bound on what is waited for.

/**
 * What `work` resolves or rejects with, unless the bound is over or a signal aborts before; then nobody hears of it.
 * @throws Error `no answer within …`, or the reason of the signal.
 */
export async function within<T>(
  work: Promise<T>,
  ms: number,
  signals: readonly AbortSignal[] = [],
): Promise<T> {
  const { promise: cut, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
  const abort = ({ target }: Event) => reject((target as AbortSignal).reason);
  for (const signal of signals) signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, cut]);
  } finally {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener('abort', abort);
    work.catch(() => {});
  }
}
