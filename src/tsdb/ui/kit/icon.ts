// Small drawings of one line, in the colour of the text around them.

const NAMESPACE = 'http://www.w3.org/2000/svg';

/** Of a grid of 16 by 16. */
const PATHS = {
  system: 'M2 3.5h12v7.5H2z M6 14h4 M8 11v3',
  light:
    'M8 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6 M8 1v1.5 M8 13.5V15 M1 8h1.5 M13.5 8H15 M3.05 3.05l1.06 1.06 M11.89 11.89l1.06 1.06 M12.95 3.05l-1.06 1.06 M4.11 11.89l-1.06 1.06',
  dark: 'M13.5 9.8A6 6 0 1 1 6.2 2.5a4.8 4.8 0 0 0 7.3 7.3z',
  up: 'M3 8.5l3.2 3.2L13 4.8',
  down: 'M4 4l8 8 M12 4l-8 8',
  unknown: 'M8 8h.01 M4 8h.01 M12 8h.01',
  warning: 'M8 2.5L14.5 13.5H1.5z M8 6.5v3.5 M8 11.9v.1',
  open: 'M6 3.5L10.5 8L6 12.5',
  ascending: 'M4.5 9.5L8 6l3.5 3.5',
  descending: 'M4.5 6.5L8 10l3.5-3.5',
} as const;

export type IconName = keyof typeof PATHS;

/** It says nothing by itself: a word stands beside it, or a label on what holds it. */
export function icon(name: IconName): SVGElement {
  const svg = document.createElementNS(NAMESPACE, 'svg');
  const attributes = { viewBox: '0 0 16 16', class: 'icon', 'aria-hidden': 'true', focusable: 'false' };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  const path = document.createElementNS(NAMESPACE, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}
