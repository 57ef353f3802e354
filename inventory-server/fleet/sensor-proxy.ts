// Answers as the sensors: a prepared body for each of them, refusals as a forward proxy words them.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Bodies } from './bodies.ts';
import { refuse } from './refuse.ts';
import { CONTENT_TYPE } from './samples.ts';
import type { SensorList } from './sensor-list.ts';
import type { Served } from './served.ts';
import { createSlowAnswers } from './slow-answers.ts';
import { decide, REFUSALS, type Refusal } from './target.ts';

export type Outcome = 'answered' | Refusal | 'overloaded';

export interface SensorProxyOptions {
  /** Names as the inventory writes them. */
  readonly down: ReadonlySet<string>;
  readonly slow: ReadonlySet<string>;
  readonly slowDelayMs: number;
}

/** Where the proxy finds what it answers, and notes that it did. */
export interface Sources {
  list(): SensorList | undefined;
  now(): number;
  readonly bodies: Bodies;
  readonly served: Served;
}

export interface SensorProxy {
  readonly handle: RequestListener;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Ends the connections that still wait for a slow sensor. */
  stop(): void;
}

export function createSensorProxy(options: SensorProxyOptions, sources: Sources): SensorProxy {
  const slowAnswers = createSlowAnswers(options.slowDelayMs);
  const outcomes = noOutcomes();

  function answerNow(request: IncomingMessage, response: ServerResponse): void {
    const decision = decide(request.url ?? '', sources.list(), options.down);
    outcomes[decision.refusal ?? 'answered'] += 1;
    if (decision.refusal !== undefined) refuse(response, REFUSALS[decision.refusal], decision.reason);
    else sendBody(decision.sensor.name, request, response, sources);
  }

  // Decided again after the delay: the sensor may have left the inventory meanwhile.
  function handle(request: IncomingMessage, response: ServerResponse): void {
    const { sensor } = decide(request.url ?? '', sources.list(), options.down);
    const isSlow = sensor !== undefined && options.slow.has(sensor.name);
    if (!isSlow) answerNow(request, response);
    else if (!slowAnswers.hold(response, () => answerNow(request, response))) {
      outcomes.overloaded += 1;
      refuse(response, 503, 'too many requests wait for slow sensors');
    }
  }

  return { handle: options.slow.size === 0 ? answerNow : handle, outcomes, stop: slowAnswers.stop };
}

function sendBody(
  sensor: string,
  request: IncomingMessage,
  response: ServerResponse,
  sources: Sources,
): void {
  const nowMs = sources.now();
  const body = sources.bodies.get(sensor, nowMs);
  if (request.method === 'GET') sources.served.record(request.headers['user-agent'], sensor, nowMs);
  response.writeHead(200, ['content-type', CONTENT_TYPE, 'content-length', String(body.length)]);
  response.end(body);
}

function noOutcomes(): Record<Outcome, number> {
  return { answered: 0, bad_target: 0, unknown_sensor: 0, wrong_endpoint: 0, sensor_down: 0, overloaded: 0 };
}
