// The scraping of one target, at its turn in every interval, for as long as it is a target.

import type { Alarm } from '../../lib/alarms.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { Fetcher } from '../../lib/http-fetch.ts';
import type { Logger } from '../../lib/log.ts';
import type { ScrapeConfig } from '../config/scrape-config.ts';
import { createExpositionReader } from '../exposition/reader.ts';
import type { FamilyMetadata } from '../exposition/scrape.ts';
import type { AppendResult } from '../storage/contract.ts';
import { TargetFetch } from './fetch-target.ts';
import { reportValues, resolveReport, type ScrapeReport } from './report.ts';
import { sampleLabels } from './sample-labels.ts';
import { scrapeBatch } from './scrape-batch.ts';
import type { ScrapeServices } from './services.ts';
import { nextTurn, sampleTime, slotOf } from './slot.ts';
import type { Target } from './target.ts';
import { type Taken, TargetSeries } from './target-series.ts';
import type { ActiveTarget, TargetHealth } from './target-status.ts';

/** Ours: each takes about 500 bytes while it is read for the first time. */
const MOST_SAMPLES = 500_000;
/** As Prometheus. */
const MOST_AHEAD_MS = 600_000;

interface Last {
  readonly health: TargetHealth;
  readonly error: string;
  /** Unix milliseconds. */
  readonly time: number;
  readonly durationMs: number;
}

/** What came of asking the target. */
interface Outcome extends Omit<ScrapeReport, 'seconds'> {
  readonly taken: Taken | undefined;
  readonly fault: AppError | undefined;
}

const NO_METADATA: ReadonlyMap<string, FamilyMetadata> = new Map();

export class ScrapeLoop {
  readonly target: Target;
  readonly #config: ScrapeConfig;
  readonly #services: ScrapeServices;
  readonly #log: Logger;
  readonly #slot: number;
  readonly #fetch: TargetFetch;
  readonly #series: TargetSeries;
  #metadata = NO_METADATA;
  #reportRefs: Uint32Array | undefined;
  #forced: AppError | undefined;
  #last: Last = { health: 'unknown', error: '', time: 0, durationMs: 0 };
  #alarm: Alarm;
  #running: Promise<void> | undefined;
  #isStopped = false;
  #isCut = false;

  constructor(target: Target, config: ScrapeConfig, fetcher: Fetcher, services: ScrapeServices) {
    this.target = target;
    this.#config = config;
    this.#services = services;
    this.#log = services.log;
    this.#slot = slotOf(target.key, services.seed, target.intervalMs);
    this.#fetch = new TargetFetch(
      target,
      fetcher,
      services.alarms,
      config.limits.bodyBytes,
      services.userAgent,
    );
    const reader = createExpositionReader({ maxSamples: MOST_SAMPLES });
    this.#series = new TargetSeries({
      reader,
      store: services.store,
      labelsOf: (series) => sampleLabels(reader, series, target.labels, config),
      honorTimestamps: config.honorTimestamps,
      latest: () => services.now() + MOST_AHEAD_MS,
      sampleLimit: config.limits.samples,
      claim: services.endings.claim,
      oneAtATime: services.oneAtATime,
      breathe: services.breathe,
    });
    this.#alarm = this.#plan(services.now());
  }

  /** Makes every scrape fail without asking the target, or asks it again. */
  force(fault: AppError | undefined): void {
    this.#forced = fault;
  }

  /** It is no target any more. Its series end, unless another loop takes them over. */
  stop(): void {
    this.#alarm.cancel();
    this.#isStopped = true;
    if (this.#running === undefined) this.#end();
  }

  /** The server stops. Resolves when nothing more is written. */
  cut(): Promise<void> {
    this.#isCut = true;
    this.#alarm.cancel();
    this.#fetch.abort();
    return this.#running ?? Promise.resolve();
  }

  status(): ActiveTarget {
    const { discoveredLabels, labels, scrapeUrl, intervalMs, timeoutMs } = this.target;
    return {
      discoveredLabels,
      labels,
      scrapePool: this.#config.jobName,
      scrapeUrl: scrapeUrl.text,
      lastError: this.#last.error,
      lastScrape: this.#last.time,
      lastScrapeDuration: this.#last.durationMs,
      health: this.#last.health,
      scrapeInterval: intervalMs,
      scrapeTimeout: timeoutMs,
    };
  }

  get health(): TargetHealth {
    return this.#last.health;
  }

  get metadata(): ReadonlyMap<string, FamilyMetadata> {
    return this.#metadata;
  }

  #plan(after: number): Alarm {
    const { alarms, now } = this.#services;
    const planned = nextTurn(after, this.target.intervalMs, this.#slot);
    return alarms.after(planned - now(), () => this.#turn(planned));
  }

  #turn(planned: number): void {
    const { now, metrics } = this.#services;
    const { intervalMs } = this.target;
    const actual = now();
    const late = actual - planned;
    // A clock that was set is followed at once; one that is early by a millisecond must not give the same turn again.
    const isSet = Math.abs(late) > intervalMs;
    this.#alarm = this.#plan(isSet ? actual : Math.max(actual, planned));
    if (this.#running !== undefined) {
      metrics.skipped(1);
      return;
    }
    metrics.began(late);
    this.#services.running.add(this);
    this.#running = this.#run(sampleTime(planned, actual, intervalMs));
  }

  async #run(time: number): Promise<void> {
    await this.#scrape(time);
    this.#running = undefined;
    this.#services.running.delete(this);
    if (this.#isStopped) this.#end();
  }

  async #scrape(time: number): Promise<void> {
    const { mono, metrics, storeFailed } = this.#services;
    const start = mono();
    const outcome = await this.#ask();
    if (this.#isCut) return;
    const durationMs = mono() - start;
    const health = outcome.isUp ? 'up' : 'down';
    this.#last = { health, error: outcome.fault?.message ?? '', time, durationMs };
    try {
      await this.#store(outcome, time, durationMs / 1000);
      if (outcome.fault === undefined) metrics.succeeded();
      else metrics.failed(outcome.fault.reason);
    } catch (error) {
      this.#last = { ...this.#last, error: `it could not be stored: ${messageOf(error)}` };
      metrics.failed('store');
      storeFailed(error);
    }
  }

  async #ask(): Promise<Outcome> {
    try {
      if (this.#forced !== undefined) throw this.#forced;
      const answer = await this.#fetch.get();
      // As Prometheus: nothing at all is a good scrape of no series, whatever it calls itself.
      if (answer.body.length === 0) return { taken: undefined, fault: undefined, isUp: true, ...NOTHING };
      const got = await this.#series.take(answer.body, answer.contentType).finally(answer.drop);
      if ('fault' in got) return { ...got, taken: undefined, isUp: false };
      const { scrape, layout, added } = got;
      this.#metadata = scrape.metadata;
      return { taken: got, fault: undefined, isUp: true, scraped: scrape.count, kept: layout.kept, added };
    } catch (error) {
      const fault =
        error instanceof AppError ? error : new AppError('internal', messageOf(error), { cause: error });
      if (fault.reason === 'internal' && !this.#isCut) this.#log.error({ err: error }, 'cannot scrape');
      return { taken: undefined, fault, isUp: false, ...NOTHING };
    }
  }

  async #store(outcome: Outcome, time: number, seconds: number): Promise<void> {
    const layout = outcome.taken?.layout;
    const result = await this.#append(outcome, this.#series.gone(layout), time, seconds);
    this.#series.commit(layout);
    this.#services.metrics.appended(result);
    if (result.unknown.length > 0) await this.#appendAgain(outcome, time, seconds);
  }

  async #append(outcome: Outcome, gone: Uint32Array, time: number, seconds: number): Promise<AppendResult> {
    const { store, endings } = this.#services;
    if (this.#reportRefs === undefined) {
      this.#reportRefs = await resolveReport(store, this.target.labels);
      endings.claim(this.#reportRefs);
    }
    const batch = scrapeBatch({
      taken: outcome.taken,
      honorTimestamps: this.#config.honorTimestamps,
      gone,
      reportRefs: this.#reportRefs,
      reportValues: reportValues({ ...outcome, seconds }),
      time,
    });
    return store.append(batch, { durable: false });
  }

  // The store has freed series that had long been silent. All is appended once more: what stands already is harmless.
  async #appendAgain(outcome: Outcome, time: number, seconds: number): Promise<void> {
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
    this.#services.metrics.appended(await this.#append(again, new Uint32Array(0), time, seconds));
  }

  // As Prometheus: the time of the next turn, written when a target made anew would have had its second turn.
  #end(): void {
    const { endings, now } = this.#services;
    const refs = Uint32Array.from([...this.#series.gone(undefined), ...(this.#reportRefs ?? [])]);
    this.#series.commit(undefined);
    if (refs.length === 0 || this.#isCut) return;
    const { intervalMs } = this.target;
    const time = nextTurn(now(), intervalMs, this.#slot);
    endings.end(refs, time, time - now() + 1.1 * intervalMs);
  }
}

const NOTHING = { scraped: 0, kept: 0, added: 0 };
