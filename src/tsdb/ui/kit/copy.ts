// A button that copies a text; none where the browser does not let pages copy.

import { element } from './element.ts';

const SAID_MS = 2000;

/** @returns nothing to show on a page that is not served securely. */
export function copyButton(text: string, what: string, title = 'Copy'): HTMLElement | '' {
  if (!('clipboard' in navigator)) return '';
  const said = element('span', { role: 'status' }, title);
  const button = element('button', { type: 'button', title: `Copy ${what}` }, said);
  button.addEventListener('click', async () => {
    said.textContent = await navigator.clipboard.writeText(text).then(
      () => 'Copied',
      () => 'Cannot copy',
    );
    setTimeout(() => {
      said.textContent = title;
    }, SAID_MS);
  });
  return button;
}
