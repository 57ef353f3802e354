// The button that saves what is shown as CSV, and what is said beside it.

import { element } from '../kit/element.ts';

export interface SaveButton {
  readonly elements: readonly HTMLElement[];
  /** Whether there is anything to save. */
  filled(isFilled: boolean): void;
}

/** @param save tells what to say of it. */
export function createSaveButton(save: () => Promise<string>): SaveButton {
  const said = element('span', { role: 'status', class: 'quiet-text' });
  const button = element('button', { type: 'button', disabled: true }, 'Save CSV');
  let isFilled = false;
  let isSaving = false;
  const enable = () => {
    button.disabled = isSaving || !isFilled;
  };
  button.addEventListener('click', async () => {
    isSaving = true;
    enable();
    said.textContent = 'Saving …';
    said.textContent = await save().catch(() => 'It could not be saved.');
    isSaving = false;
    enable();
  });
  return {
    elements: [said, button],
    filled(is) {
      isFilled = is;
      enable();
    },
  };
}
