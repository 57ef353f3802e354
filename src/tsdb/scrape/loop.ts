// The scraping of one target, at its turn in every interval, for as long as it is a target.

import type { Alarm } from '../../lib/alarms.ts';
import { type AppError, messageOf } from '../../lib/errors.ts';
import type { Fetcher } from '../../lib/http-fetch.ts';
import type { ScrapeConfig } from '../config/scrape-config.ts';
import type { FamilyMetadata } from '../exposition/scrape.ts';
import type { ScrapeServices } from './services.ts';
import { nextTurn, sampleTime, slotOf } from './slot.ts';
import type { Target } from './target.ts';
import { failed, TargetScrape } from './target-scrape.ts';
import type { ActiveTarget, TargetHealth } from './target-status.ts';

interface Last {
  readonly health: TargetHealth;
  readonly error: string;
  /** Unix milliseconds. */
  readonly time: number;
  readonly durationMs: number;
  readonly samples: number;
}

export class ScrapeLoop {
  readonly target: Target;
  readonly #jobName: string;
  readonly #services: ScrapeServices;
  readonly #slot: number;
  readonly #scrape: TargetScrape;
  #forced: AppError | undefined;
  #last: Last = { health: 'unknown', error: '', time: 0, durationMs: 0, samples: 0 };
  #alarm: Alarm;
  #running: Promise<void> | undefined;
  #isStopped = false;
  #isCut = false;

  constructor(target: Target, config: ScrapeConfig, fetcher: Fetcher, services: ScrapeServices) {
    this.target = target;
    this.#jobName = config.jobName;
    this.#services = services;
    this.#slot = slotOf(target.key, services.seed, target.intervalMs);
    this.#scrape = new TargetScrape(target, config, fetcher, services);
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
    this.#scrape.abort();
    return this.#running ?? Promise.resolve();
  }

  status(): ActiveTarget {
    const { discoveredLabels, labels, scrapeUrl, intervalMs, timeoutMs } = this.target;
    return {
      discoveredLabels,
      labels,
      scrapePool: this.#jobName,
      scrapeUrl: scrapeUrl.text,
      lastError: this.#last.error,
      lastScrape: this.#last.time,
      lastScrapeDuration: this.#last.durationMs,
      lastSamples: this.#last.samples,
      health: this.#last.health,
      scrapeInterval: intervalMs,
      scrapeTimeout: timeoutMs,
    };
  }

  get health(): TargetHealth {
    return this.#last.health;
  }

  get metadata(): ReadonlyMap<string, FamilyMetadata> {
    return this.#scrape.metadata;
  }

  #plan(after: number): Alarm {
    const { alarms, now, mono } = this.#services;
    const planned = nextTurn(after, this.target.intervalMs, this.#slot);
    const delay = planned - now();
    const due = mono() + delay;
    return alarms.after(delay, () => this.#turn(planned, mono() - due));
  }

  /** @param lateMs by the clock that never jumps. */
  #turn(planned: number, lateMs: number): void {
    const { now, metrics } = this.#services;
    const { intervalMs } = this.target;
    const actual = now();
    // A clock that was set is followed at once; one that is early by a millisecond must not give the same turn again.
    const isSet = Math.abs(actual - planned) > intervalMs;
    this.#alarm = this.#plan(isSet ? actual : Math.max(actual, planned));
    // The program stood still for longer than from turn to turn.
    if (lateMs >= intervalMs) metrics.skipped(Math.floor(lateMs / intervalMs));
    if (this.#running !== undefined) {
      metrics.skipped(1);
      return;
    }
    metrics.began(lateMs);
    this.#services.running.add(this);
    this.#running = this.#run(sampleTime(planned, actual, intervalMs));
  }

  async #run(time: number): Promise<void> {
    await this.#scrapeOnce(time);
    this.#running = undefined;
    this.#services.running.delete(this);
    if (this.#isStopped) this.#end();
  }

  async #scrapeOnce(time: number): Promise<void> {
    const { mono, metrics, log, storeFailed } = this.#services;
    const start = mono();
    const outcome = this.#forced === undefined ? await this.#scrape.ask() : failed(this.#forced);
    if (this.#isCut) return;
    const { fault, isUp, scraped: samples } = outcome;
    const durationMs = mono() - start;
    this.#last = { health: isUp ? 'up' : 'down', error: fault?.message ?? '', time, durationMs, samples };
    if (fault?.reason === 'internal') log.error({ err: fault.cause }, 'cannot scrape');
    try {
      await this.#scrape.store(outcome, time, durationMs / 1000);
      if (fault === undefined) metrics.succeeded();
      else metrics.failed(fault.reason);
    } catch (error) {
      this.#last = { ...this.#last, error: `it could not be stored: ${messageOf(error)}` };
      metrics.failed('store');
      storeFailed(error);
    }
  }

  // As Prometheus: the time of the next turn, written when a target made anew would have had its second turn.
  #end(): void {
    const { endings, now } = this.#services;
    const { intervalMs } = this.target;
    const refs = this.#scrape.end();
    if (refs.length === 0 || this.#isCut) return;
    const time = nextTurn(now(), intervalMs, this.#slot);
    endings.end(refs, time, time - now() + 1.1 * intervalMs);
  }
}
