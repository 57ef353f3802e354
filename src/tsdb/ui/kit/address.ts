// The address of the page: what is shown is written there, so that it can be shared and gone back to.

/** @param query `?…`, or empty. @param isStep whether people can go back over it. */
export function writeAddress(query: string, isStep: boolean): void {
  if (query === location.search) return;
  const url = `${location.pathname}${query}`;
  if (isStep) history.pushState(null, '', url);
  else history.replaceState(null, '', url);
}

/** Calls when people go back or forth. */
export function onAddress(listener: (query: string) => void): void {
  addEventListener('popstate', () => listener(location.search));
}
