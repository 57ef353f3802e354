// The span of time: lengths until now, a length that is typed, or from when to when; one step back, forth, in, out.

import { element } from '../kit/element.ts';
import { serverNow } from '../kit/server-clock.ts';
import { type Choices, createChoices } from './choices.ts';
import type { TimeRange } from './state.ts';
import {
  between,
  moved,
  PRESETS,
  readField,
  readLast,
  type Span,
  scaled,
  spanOf,
  writeField,
} from './time-range.ts';

export interface TimeControls {
  readonly element: HTMLElement;
  show(range: TimeRange, zone: string): void;
  /** What is drawn now, for a span that ends now. */
  drawn(span: Span): void;
}

export function createTimeControls(ranged: (range: TimeRange) => void): TimeControls {
  let range: TimeRange = { kind: 'last', duration: '1h' };
  let zone = 'UTC';
  const presets: Choices<string> = createChoices('The last', PRESETS, (duration) =>
    ranged({ kind: 'last', duration }),
  );
  const last = element('input', {
    size: '6',
    'aria-label': 'The last, as a duration',
    placeholder: '2h30m',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const from = dateField('From');
  const to = dateField('To');

  last.addEventListener('change', () => {
    const read = readLast(last.value);
    last.setCustomValidity(read === undefined ? 'A duration such as 90s, 2h30m or 30d.' : '');
    if (read === undefined) last.reportValidity();
    else ranged(read);
  });
  last.addEventListener('input', () => last.setCustomValidity(''));
  const dated = () => {
    const [begin, end] = [readField(from.value, zone), readField(to.value, zone)];
    if (begin !== undefined && end !== undefined) ranged(between(begin, end));
  };
  for (const field of [from, to]) onceLeft(field, dated);

  const drawn = (span: Span) => {
    if (document.activeElement !== from) from.value = writeField(span.from, zone);
    if (document.activeElement !== to) to.value = writeField(span.to, zone);
  };
  const step = (title: string, sign: string, next: () => TimeRange) => {
    const button = element('button', { type: 'button', 'aria-label': title, title }, sign);
    button.addEventListener('click', () => ranged(next()));
    return button;
  };
  const steps = [
    step('Back in time', '‹', () => moved(spanOf(range, serverNow()), -0.5)),
    step('Zoom out', '−', () => scaled(range, serverNow(), 2)),
    step('Zoom in', '+', () => scaled(range, serverNow(), 0.5)),
    step('Forward in time', '›', () => moved(spanOf(range, serverNow()), 0.5)),
  ];
  return {
    element: element(
      'section',
      { class: 'time toolbar', 'aria-label': 'Time' },
      presets.element,
      element('div', { class: 'steps' }, last, ...steps),
      element(
        'div',
        { class: 'dates' },
        element('label', {}, 'From ', from),
        element('label', {}, 'to ', to),
      ),
    ),
    show(nextRange, nextZone) {
      range = nextRange;
      zone = nextZone;
      presets.show(range.kind === 'last' ? range.duration : undefined);
      last.value = range.kind === 'last' ? range.duration : '';
      drawn(spanOf(range, serverNow()));
    },
    drawn,
  };
}

function dateField(title: string): HTMLInputElement {
  return element('input', { type: 'datetime-local', step: '1', 'aria-label': title });
}

// While somebody types, each digit makes another date: only the finished one counts.
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
