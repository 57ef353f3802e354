// Ids of pushed samples, `<ms>-<sequence>` as Redis Streams write them: unique in this process, and rising.

/** The ids of one batch; their texts are made when they are asked for. */
export class EventIds {
  readonly #ms: number;
  readonly #from: number;
  readonly #count: number;

  constructor(ms: number, from: number, count: number) {
    this.#ms = ms;
    this.#from = from;
    this.#count = count;
  }

  get ids(): readonly string[] {
    return Array.from({ length: this.#count }, (_, i) => `${this.#ms}-${this.#from + i}`);
  }
}

/** @returns what gives out the ids of the next samples; a clock that goes back does not take them back. */
export function createEventIds(): (now: number, count: number) => EventIds {
  let ms = 0;
  let next = 0;
  return (now, count) => {
    if (now > ms) {
      ms = now;
      next = 0;
    }
    next += count;
    return new EventIds(ms, next - count, count);
  };
}
