// Whether the server answers: a calm banner while it does not, gone by itself when it does again.

import { element } from './element.ts';
import type { RequestError } from './request.ts';
import { formatTime } from './time-format.ts';
import type { Zone } from './zone.ts';

export interface Connection {
  readonly element: HTMLElement;
  readonly isAway: boolean;
  /** @param by who asked, where several ask on their own. */
  answered(by?: object): void;
  /** Only a server that does not answer is away; one that answers with an error is there. */
  failed(error: RequestError, by?: object): void;
}

/** @param marked is given the class `old` while what it shows is. */
export function createConnection(zone: Zone, marked: HTMLElement): Connection {
  const banner = element('div', { role: 'status', class: 'banner' });
  banner.hidden = true;
  const anyone = {};
  const waiting = new Set<object>();
  let awaySince: number | undefined;
  let lastAnswer: number | undefined;

  const show = () => {
    const isAway = awaySince !== undefined;
    marked.classList.toggle('old', isAway);
    banner.hidden = !isAway;
    banner.replaceChildren(isAway ? wordsOf(awaySince as number, lastAnswer, zone.name) : '');
  };
  const judge = () => {
    const wasAway = awaySince !== undefined;
    awaySince = waiting.size === 0 ? undefined : (awaySince ?? Date.now());
    if (wasAway !== (awaySince !== undefined)) show();
  };
  zone.subscribe(show);

  return {
    element: banner,
    get isAway() {
      return awaySince !== undefined;
    },
    answered(by = anyone) {
      lastAnswer = Date.now();
      waiting.delete(by);
      judge();
    },
    failed({ kind }, by = anyone) {
      if (kind === 'refused') waiting.delete(by);
      else if (kind !== 'stopped') waiting.add(by);
      judge();
    },
  };
}

function wordsOf(awaySince: number, lastAnswer: number | undefined, zone: string): string {
  const now = Date.now();
  const since = `mini-tsdb does not answer since ${formatTime(awaySince, zone, now)}; trying again.`;
  if (lastAnswer === undefined) return since;
  return `${since} What you see is of ${formatTime(lastAnswer, zone, now)}.`;
}
