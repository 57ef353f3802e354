// A field for a date and a time, which counts once it is finished.

import { element } from '../kit/element.ts';
import { readField, writeField } from './time-range.ts';

export class DateField {
  readonly element: HTMLInputElement;

  /** @param changed while somebody types, each digit makes another date: only the finished one is told. */
  constructor(title: string, changed: () => void) {
    this.element = element('input', { type: 'datetime-local', step: '1', 'aria-label': title });
    onceLeft(this.element, changed);
  }

  /** Unix milliseconds; undefined while it is not filled in. */
  read(zone: string): number | undefined {
    return readField(this.element.value, zone);
  }

  /** Nothing is written where somebody types. */
  show(time: number, zone: string): void {
    if (document.activeElement !== this.element) this.element.value = writeField(time, zone);
  }
}

function onceLeft(field: HTMLInputElement, act: () => void): void {
  let before = '';
  const finish = () => {
    if (field.value === before) return;
    before = field.value;
    act();
  };
  field.addEventListener('focus', () => {
    before = field.value;
  });
  field.addEventListener('blur', finish);
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') finish();
  });
}
