// The thread beside the page's own. Its address is the only one that the page's policy lets become a script.

interface TrustedTypes {
  createPolicy(
    name: 'thread-address',
    rules: { createScriptURL(): string },
  ): { createScriptURL(given: ''): string };
}

/** Of browsers that know trusted types, which TypeScript does not. */
declare const trustedTypes: TrustedTypes | undefined;

export function startThread(): Worker {
  return new Worker(addressOf('assets/targets-worker.js'), { type: 'module' });
}

function addressOf(path: string): string {
  const { href } = new URL(path, document.baseURI);
  if (typeof trustedTypes === 'undefined') return href;
  return trustedTypes.createPolicy('thread-address', { createScriptURL: () => href }).createScriptURL('');
}
