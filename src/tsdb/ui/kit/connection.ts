// Whether the server answers: a calm banner while it does not, gone by itself when it does again.

import { element } from './element.ts';
import type { RequestError } from './request.ts';
import { formatTime } from './time-format.ts';
import type { Zone } from './zone.ts';

export interface Connection {
  readonly element: HTMLElement;
  readonly isAway: boolean;
  answered(): void;
  /** Only a server that does not answer is away; one that answers with an error is there. */
  failed(error: RequestError): void;
}

/** @param marked is given the class `old` while what it shows is. */
export function createConnection(zone: Zone, marked: HTMLElement): Connection {
  const banner = element('div', { role: 'status', class: 'banner' });
  banner.hidden = true;
  let awaySince: number | undefined;
  let lastAnswer: number | undefined;

  const show = () => {
    const isAway = awaySince !== undefined;
    marked.classList.toggle('old', isAway);
    banner.hidden = !isAway;
    banner.replaceChildren(isAway ? wordsOf(awaySince as number, lastAnswer, zone.name) : '');
  };
  zone.subscribe(show);

  const heard = () => {
    if (awaySince === undefined) return;
    awaySince = undefined;
    show();
  };

  return {
    element: banner,
    get isAway() {
      return awaySince !== undefined;
    },
    answered() {
      lastAnswer = Date.now();
      heard();
    },
    failed({ kind }) {
      if (kind === 'refused') heard();
      if (kind === 'refused' || kind === 'stopped' || awaySince !== undefined) return;
      awaySince = Date.now();
      show();
    },
  };
}

function wordsOf(awaySince: number, lastAnswer: number | undefined, zone: string): string {
  const now = Date.now();
  const since = `mini-tsdb does not answer since ${formatTime(awaySince, zone, now)}; trying again.`;
  if (lastAnswer === undefined) return since;
  return `${since} What you see is of ${formatTime(lastAnswer, zone, now)}.`;
}
