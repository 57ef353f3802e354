// Puts new content into the place of old: what was scrolled there stays where it was.

const SCROLLED = '.sideways, .scroll';

/** Places that are scrolled are told by their order. */
export function refill(host: HTMLElement, content: readonly (Node | string)[]): void {
  const before = [...host.querySelectorAll(SCROLLED)].map(({ scrollLeft, scrollTop }) => ({
    left: scrollLeft,
    top: scrollTop,
  }));
  host.replaceChildren(...content);
  for (const [i, place] of host.querySelectorAll(SCROLLED).entries())
    place.scrollTo({ ...before[i], behavior: 'instant' });
}
