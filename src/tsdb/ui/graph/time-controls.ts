// The span of time: lengths until now, a length that is typed, or from when to when; one step back, forth, in, out.

import { element } from '../kit/element.ts';
import { serverNow } from '../kit/server-clock.ts';
import { createChoices } from './choices.ts';
import { DateField } from './date-field.ts';
import { lengthField } from './length-field.ts';
import type { TimeRange } from './state.ts';
import { between, moved, PRESETS, type Span, scaled, spanOf } from './time-range.ts';

export class TimeControls {
  readonly element: HTMLElement;
  readonly #ranged: (range: TimeRange) => void;
  readonly #presets;
  readonly #last: HTMLInputElement;
  readonly #from = new DateField('From', () => this.#dated());
  readonly #to = new DateField('To', () => this.#dated());
  #range: TimeRange = { kind: 'last', duration: '1h' };
  #zone = 'UTC';

  constructor(ranged: (range: TimeRange) => void) {
    this.#ranged = ranged;
    this.#presets = createChoices('The last', PRESETS, (duration) => ranged({ kind: 'last', duration }));
    this.#last = lengthField(ranged);
    this.element = element(
      'section',
      { class: 'time toolbar', 'aria-label': 'Time' },
      this.#presets.element,
      element('div', { class: 'steps' }, this.#last, ...this.#steps()),
      datesOf(this.#from, this.#to),
    );
  }

  show(range: TimeRange, zone: string): void {
    this.#range = range;
    this.#zone = zone;
    const length = range.kind === 'last' ? range.duration : undefined;
    this.#presets.show(PRESETS.find((preset) => preset === length));
    this.#last.value = length ?? '';
    this.drawn(this.#span);
  }

  /** What is drawn now, for a span that ends now. */
  drawn({ from, to }: Span): void {
    this.#from.show(from, this.#zone);
    this.#to.show(to, this.#zone);
  }

  get #span(): Span {
    return spanOf(this.#range, serverNow());
  }

  #dated(): void {
    const [begin, end] = [this.#from.read(this.#zone), this.#to.read(this.#zone)];
    if (begin !== undefined && end !== undefined) this.#ranged(between(begin, end));
  }

  #steps(): HTMLElement[] {
    return [
      this.#step('Back in time', '‹', () => moved(this.#span, -0.5)),
      this.#step('Zoom out', '−', () => scaled(this.#range, serverNow(), 2)),
      this.#step('Zoom in', '+', () => scaled(this.#range, serverNow(), 0.5)),
      this.#step('Forward in time', '›', () => moved(this.#span, 0.5)),
    ];
  }

  #step(title: string, sign: string, next: () => TimeRange): HTMLElement {
    const button = element('button', { type: 'button', 'aria-label': title, title }, sign);
    button.addEventListener('click', () => this.#ranged(next()));
    return button;
  }
}

function datesOf(from: DateField, to: DateField): HTMLElement {
  const begin = element('label', {}, 'From ', from.element);
  return element('div', { class: 'dates' }, begin, element('label', {}, 'to ', to.element));
}
