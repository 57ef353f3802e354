// One scrape of a target after the other: asked, read, stored with its report.

import { AppError, messageOf } from '../../lib/errors.ts';
import type { Fetcher } from '../../lib/http-fetch.ts';
import type { ScrapeConfig } from '../config/scrape-config.ts';
import { createExpositionReader } from '../exposition/reader.ts';
import type { FamilyMetadata } from '../exposition/scrape.ts';
import type { AppendResult } from '../storage/contract.ts';
import { TargetFetch } from './fetch-target.ts';
import { reportValues, resolveReport, type ScrapeReport } from './report.ts';
import { sampleLabels } from './sample-labels.ts';
import { scrapeBatch } from './scrape-batch.ts';
import type { ScrapeServices } from './services.ts';
import type { Target } from './target.ts';
import { type Taken, TargetSeries } from './target-series.ts';

/** Ours: each takes about 500 bytes while it is read for the first time. */
const MOST_SAMPLES = 500_000;
/** As Prometheus. */
const MOST_AHEAD_MS = 600_000;
const NONE = new Uint32Array(0);
const NO_METADATA: ReadonlyMap<string, FamilyMetadata> = new Map();
const NOTHING = { taken: undefined, fault: undefined, isUp: true, scraped: 0, kept: 0, added: 0 };

/** What came of asking the target. */
export interface Outcome extends Omit<ScrapeReport, 'seconds'> {
  readonly taken: Taken | undefined;
  readonly fault: AppError | undefined;
}

export class TargetScrape {
  readonly #target: Target;
  readonly #honorTimestamps: boolean;
  readonly #services: ScrapeServices;
  readonly #fetch: TargetFetch;
  readonly #series: TargetSeries;
  #metadata = NO_METADATA;
  #isAborted = false;
  #reportRefs: Uint32Array | undefined;

  constructor(target: Target, config: ScrapeConfig, fetcher: Fetcher, services: ScrapeServices) {
    const { alarms, userAgent, store, now, endings, oneAtATime, breathe } = services;
    const { honorTimestamps, limits } = config;
    const reader = createExpositionReader({ maxSamples: MOST_SAMPLES });
    this.#target = target;
    this.#honorTimestamps = honorTimestamps;
    this.#services = services;
    this.#fetch = new TargetFetch(target, fetcher, alarms, limits.bodyBytes, userAgent);
    this.#series = new TargetSeries({
      reader,
      store,
      labelsOf: (series) => sampleLabels(reader, series, target.labels, config),
      honorTimestamps,
      latest: () => now() + MOST_AHEAD_MS,
      sampleLimit: limits.samples,
      claim: endings.claim,
      oneAtATime: (work) =>
        oneAtATime(() => {
          this.#assertGoingOn();
          return work();
        }),
      breathe: () => {
        this.#assertGoingOn();
        return breathe();
      },
    });
  }

  // Reading a flood takes seconds, and who stops must not wait for all that have arrived.
  #assertGoingOn(): void {
    if (this.#isAborted) throw new AppError('internal', 'the server stops');
  }

  /** Of the last good scrape. */
  get metadata(): ReadonlyMap<string, FamilyMetadata> {
    return this.#metadata;
  }

  /** Ends what is under way. */
  abort(): void {
    this.#isAborted = true;
    this.#fetch.abort();
  }

  /** Asks the target and reads what it says; every failure is an outcome too. */
  async ask(): Promise<Outcome> {
    try {
      const answer = await this.#fetch.get();
      // As Prometheus: nothing at all is a good scrape of no series, whatever it calls itself.
      if (answer.body.length === 0) return NOTHING;
      const got = await this.#series.take(answer.body, answer.contentType).finally(answer.drop);
      if ('fault' in got) return { ...got, taken: undefined, isUp: false };
      const { scrape, layout, added } = got;
      this.#metadata = scrape.metadata;
      return { taken: got, fault: undefined, isUp: true, scraped: scrape.count, kept: layout.kept, added };
    } catch (error) {
      return failed(error);
    }
  }

  /** @throws AppError of the store. */
  async store(outcome: Outcome, time: number, seconds: number): Promise<void> {
    const layout = outcome.taken?.layout;
    const result = await this.#append(outcome, this.#series.gone(layout), time, seconds);
    this.#series.commit(layout);
    this.#services.metrics.appended(result);
    if (result.unknown.length > 0) await this.#storeAgain(outcome, time, seconds);
  }

  /** The series that are in the store and have not ended. From now on there are none. */
  end(): Uint32Array {
    const refs = [...this.#series.gone(undefined), ...(this.#reportRefs ?? [])];
    this.#series.commit(undefined);
    return Uint32Array.from(refs);
  }

  async #append(outcome: Outcome, gone: Uint32Array, time: number, seconds: number): Promise<AppendResult> {
    const { store, endings } = this.#services;
    if (this.#reportRefs === undefined) {
      this.#reportRefs = await resolveReport(store, this.#target.labels);
      endings.claim(this.#reportRefs);
    }
    const batch = scrapeBatch({
      taken: outcome.taken,
      honorTimestamps: this.#honorTimestamps,
      gone,
      reportRefs: this.#reportRefs,
      reportValues: reportValues({ ...outcome, seconds }),
      time,
    });
    return store.append(batch, { durable: false });
  }

  // The store has freed series that had long been silent. All is appended once more: what stands already is harmless.
  async #storeAgain(outcome: Outcome, time: number, seconds: number): Promise<void> {
    const { taken } = outcome;
    this.#reportRefs = undefined;
    let again = outcome;
    if (taken !== undefined) {
      this.#series.forget(new Set(taken.layout.refs));
      const laid = await this.#series.lay(taken.scrape);
      if ('fault' in laid) throw laid.fault;
      this.#series.commit(laid.layout);
      again = { ...outcome, taken: laid };
    }
    this.#services.metrics.appended(await this.#append(again, NONE, time, seconds));
  }
}

/** The outcome of a scrape that gave nothing. */
export function failed(error: unknown): Outcome {
  const isKnown = error instanceof AppError;
  const fault = isKnown ? error : new AppError('internal', messageOf(error), { cause: error });
  return { ...NOTHING, fault, isUp: false };
}
