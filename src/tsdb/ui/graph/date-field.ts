// A field for a date and a time, which counts once it is finished.

import { element } from '../kit/element.ts';
import { readField, writeField } from './time-range.ts';

export class DateField {
  readonly element: HTMLInputElement;
  readonly #changed: () => void;
  /** What it held when it was finished last. */
  #before = '';

  /** @param changed while somebody types, each digit makes another date: only the finished one is told. */
  constructor(title: string, changed: () => void) {
    this.#changed = changed;
    this.element = element('input', { type: 'datetime-local', step: '1', 'aria-label': title });
    this.element.addEventListener('focus', () => {
      this.#before = this.element.value;
    });
    this.element.addEventListener('blur', () => this.#finish());
    this.element.addEventListener('keydown', ({ key }) => {
      if (key === 'Enter') this.#finish();
    });
  }

  /** Unix milliseconds; undefined while it is not filled in. */
  read(zone: string): number | undefined {
    return readField(this.element.value, zone);
  }

  /** Nothing is written where somebody types. */
  show(time: number, zone: string): void {
    const isTyped = document.activeElement === this.element && this.element.value !== this.#before;
    if (isTyped) return;
    this.element.value = writeField(time, zone);
    // As the browser writes it, which may leave the seconds out.
    this.#before = this.element.value;
  }

  #finish(): void {
    if (this.element.value === this.#before) return;
    this.#before = this.element.value;
    this.#changed();
  }
}
