// A word about the time zone when a link was made in another one than is preferred.

import { element } from '../kit/element.ts';

export interface ZoneNote {
  readonly element: HTMLElement;
  show(zone: string, preferred: string): void;
}

/** @param chosen called with the zone to show instead. */
export function zoneNote(chosen: (zone: string) => void): ZoneNote {
  const words = element('span', {});
  const change = element('button', { type: 'button' });
  const host = element('div', { class: 'zone-note' }, words, change);
  let other = 'UTC';
  change.addEventListener('click', () => chosen(other));
  return {
    element: host,
    show(zone, preferred) {
      other = preferred;
      host.hidden = zone === preferred;
      words.textContent = `Times are those of ${zone}, as in the link. `;
      change.textContent = `Use ${preferred}`;
    },
  };
}
