// Rows of one height, of which only those in sight are in the document: ten thousand scroll like ten.

import { element } from './element.ts';

export interface VirtualRow {
  readonly element: HTMLElement;
  /** Shows another row, or the same one anew. */
  show(index: number): void;
}

/** Above and below what is in sight. */
const SPARE_ROWS = 8;
/** Rows count from 1, and the first is that of the heads. */
const FIRST_INDEX = 2;

/** A row group, in which rows are positioned. */
export class VirtualRows {
  readonly element = element('div', { role: 'rowgroup', class: 'virtual' });
  readonly #make: () => VirtualRow;
  readonly #drawn = new Map<number, VirtualRow>();
  #count = 0;
  #height = 1;

  /** @param make a row, of the height that all have; one is made for each that is in sight. */
  constructor(make: () => VirtualRow) {
    this.#make = make;
    const scrolled = oncePerFrame(() => this.#draw(false));
    addEventListener('scroll', scrolled, { passive: true });
    onLayout((isAsWide) => {
      if (!isAsWide) this.#measure();
      this.#draw(!isAsWide);
    });
    this.element.addEventListener('keydown', (event) => this.#steer(event));
  }

  /** Shows so many rows, all anew. */
  show(count: number): void {
    this.#count = count;
    this.#measure();
    this.#draw(true);
  }

  #draw(isNew: boolean): void {
    const wanted = this.#wanted();
    const spare = takeGone(this.#drawn, new Set(wanted));
    for (const index of wanted) {
      const standing = this.#drawn.get(index);
      const row = standing ?? spare.pop() ?? this.#make();
      this.#drawn.set(index, row);
      if (standing === undefined || isNew) place(row, index, this.#height);
    }
    for (const { element } of spare) element.remove();
    const rows = wanted.map((index) => (this.#drawn.get(index) as VirtualRow).element);
    putInOrder(this.element, rows);
  }

  #wanted(): number[] {
    const top = -this.element.getBoundingClientRect().top;
    return wantedRows({ top, height: this.#height, count: this.#count }, focusedIn(this.element));
  }

  #measure(): void {
    const standing = [...this.#drawn.values()][0]?.element;
    const probe = standing ?? this.element.appendChild(this.#make().element);
    this.#height = Math.max(1, probe.getBoundingClientRect().height);
    if (standing === undefined) probe.remove();
    this.element.style.height = `${this.#count * this.#height}px`;
  }

  #steer(event: KeyboardEvent): void {
    const index = focusedIn(this.element);
    const next = index === undefined ? undefined : moved(event.key, index, this.#count);
    if (next === undefined) return;
    event.preventDefault();
    reveal(this.element, next, this.#height);
    this.#draw(false);
    const row = this.#drawn.get(next)?.element;
    row?.querySelector<HTMLElement>('button, a')?.focus({ preventScroll: true });
  }
}

/** Where the body begins above the top of the window, the height of a row, and how many there are. */
interface Extent {
  readonly top: number;
  readonly height: number;
  readonly count: number;
}

// A row that has the focus stays, so that it does not lose it.
function wantedRows({ top, height, count }: Extent, focused = -1): number[] {
  const first = Math.max(0, Math.floor(top / height) - SPARE_ROWS);
  const end = Math.min(count, Math.ceil((top + innerHeight) / height) + SPARE_ROWS);
  const indexes = Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
  if (focused < 0 || focused >= count || indexes.includes(focused)) return indexes;
  return focused < first ? [focused, ...indexes] : [...indexes, focused];
}

function takeGone(drawn: Map<number, VirtualRow>, wanted: ReadonlySet<number>): VirtualRow[] {
  const gone = [...drawn].filter(([index]) => !wanted.has(index));
  for (const [index] of gone) drawn.delete(index);
  return gone.map(([, row]) => row);
}

function place(row: VirtualRow, index: number, height: number): void {
  row.element.ariaRowIndex = String(index + FIRST_INDEX);
  row.element.style.transform = `translateY(${index * height}px)`;
  row.show(index);
}

// What is in its place is not moved: that would take the focus from it.
function putInOrder(body: HTMLElement, elements: readonly HTMLElement[]): void {
  let next = body.firstElementChild;
  for (const element of elements) {
    if (element === next) next = next.nextElementSibling;
    else body.insertBefore(element, next);
  }
}

function focusedIn(body: HTMLElement): number | undefined {
  const row = document.activeElement?.closest<HTMLElement>('[role=row]');
  return row && body.contains(row) ? Number(row.ariaRowIndex) - FIRST_INDEX : undefined;
}

function oncePerFrame(act: () => void): () => void {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      act();
    });
  };
}

// What stands above the rows may change its height; another width may change that of the rows.
function onLayout(changed: (isAsWide: boolean) => void): void {
  let width: number | undefined;
  new ResizeObserver(([entry]) => {
    const now = entry?.contentRect.width;
    changed(now === width);
    width = now;
  }).observe(document.documentElement);
}

function moved(key: string, index: number, count: number): number | undefined {
  if (key === 'ArrowDown') return Math.min(count - 1, index + 1);
  if (key === 'ArrowUp') return Math.max(0, index - 1);
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  return undefined;
}

// What sticks to the top of the window must not cover it.
function reveal(body: HTMLElement, index: number, height: number): void {
  const top = body.getBoundingClientRect().top + index * height;
  const covered = Number.parseFloat(getComputedStyle(body).scrollMarginTop) || 0;
  if (top < covered) scrollBy({ top: top - covered, behavior: 'instant' });
  else if (top + height > innerHeight) scrollBy({ top: top + height - innerHeight, behavior: 'instant' });
}
