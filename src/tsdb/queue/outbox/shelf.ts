// The packs of an outbox in memory: waiting in the order in which they came, or leased.

/** Samples in the bytes of `encodeBatch`. */
export interface Pack {
  /** Rising in the order in which they came. */
  readonly number: number;
  /** Unix milliseconds. */
  readonly since: number;
  readonly samples: number;
  /** About how many characters they are as text. */
  readonly text: number;
  readonly bytes: Uint8Array;
}

/** What a pack takes beside its bytes, about. */
const PACK_COSTS = 256;

export class Shelf {
  #waiting: Pack[] = [];
  readonly #leased = new Map<number, Pack>();
  #samples = 0;
  #leasedSamples = 0;
  #bytes = 0;

  /** Of all packs, also leased ones. */
  get samples(): number {
    return this.#samples;
  }

  get leasedSamples(): number {
    return this.#leasedSamples;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** When the oldest pack came, undefined while there is none. */
  get since(): number | undefined {
    let oldest = this.#waiting[0]?.since ?? Number.POSITIVE_INFINITY;
    for (const { since } of this.#leased.values()) oldest = Math.min(oldest, since);
    return oldest === Number.POSITIVE_INFINITY ? undefined : oldest;
  }

  /** All, in their order. */
  all(): Pack[] {
    return [...this.#leased.values(), ...this.#waiting].sort(byNumber);
  }

  put(packs: readonly Pack[]): void {
    for (const pack of packs) {
      this.#waiting.push(pack);
      this.#count(pack, 1);
    }
  }

  /** The oldest that wait, within both bounds, at least one. */
  lease(mostSamples: number, mostText: number): Pack[] {
    let samples = 0;
    let text = 0;
    let end = 0;
    for (const pack of this.#waiting) {
      samples += pack.samples;
      text += pack.text;
      if (end > 0 && (samples > mostSamples || text > mostText)) break;
      end += 1;
    }
    const packs = this.#waiting.splice(0, end);
    for (const pack of packs) {
      this.#leased.set(pack.number, pack);
      this.#leasedSamples += pack.samples;
    }
    return packs;
  }

  /** To where they were. */
  giveBack(packs: readonly Pack[]): void {
    this.#unlease(packs);
    this.#waiting = [...packs, ...this.#waiting].sort(byNumber);
  }

  /** Leased ones. */
  remove(packs: readonly Pack[]): void {
    this.#unlease(packs);
    for (const pack of packs) this.#count(pack, -1);
  }

  /** Removes those that wait and came before. */
  expire(before: number): Pack[] {
    const end = this.#waiting.findIndex(({ since }) => since >= before);
    if (end === 0) return [];
    const expired = this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
    for (const pack of expired) this.#count(pack, -1);
    return expired;
  }

  #unlease(packs: readonly Pack[]): void {
    for (const { number, samples } of packs) if (this.#leased.delete(number)) this.#leasedSamples -= samples;
  }

  #count({ samples, bytes }: Pack, sign: 1 | -1): void {
    this.#samples += sign * samples;
    this.#bytes += sign * (bytes.length + PACK_COSTS);
  }
}

function byNumber(a: Pack, b: Pack): number {
  return a.number - b.number;
}
