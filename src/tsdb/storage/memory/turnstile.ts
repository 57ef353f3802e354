// Many may look at the index at once, and nobody while series are removed from it.

export class Turnstile {
  #inside = 0;
  #removal: Promise<void> | undefined;
  #leftEmpty: (() => void) | undefined;

  /** Runs `look` when no removal is under way; a removal that wants to begin waits for it and goes before the next. */
  async look<T>(look: () => Promise<T>): Promise<T> {
    while (this.#removal !== undefined) await this.#removal;
    this.#inside += 1;
    try {
      return await look();
    } finally {
      this.#inside -= 1;
      if (this.#inside === 0) this.#leftEmpty?.();
    }
  }

  /** Runs `remove` alone. */
  async remove(remove: () => Promise<void>): Promise<void> {
    while (this.#removal !== undefined) await this.#removal;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#removal = promise;
    try {
      if (this.#inside > 0) await this.#allLeft();
      await remove();
    } finally {
      this.#removal = undefined;
      resolve();
    }
  }

  async #allLeft(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#leftEmpty = resolve;
    await promise;
    this.#leftEmpty = undefined;
  }
}
