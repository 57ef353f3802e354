// Whether somebody is at something: then it is not replaced under their hands.

/** A control in it has the focus, or some of its text is marked. */
export function isInUse(element: HTMLElement): boolean {
  const { activeElement } = document;
  if (activeElement !== element && element.contains(activeElement)) return true;
  const selection = getSelection();
  return selection?.isCollapsed === false && element.contains(selection.anchorNode);
}
