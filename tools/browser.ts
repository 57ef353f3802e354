// A real browser, as people use it: Debian's Chromium, without a network of its own.

import { type Browser, chromium } from 'playwright-core';
import { findProgram } from './find-program.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the browser; whoever asks for it closes it. @throws Error when there is none. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = await findProgram('chromium');
  if (executablePath === undefined)
    throw new Error('no chromium on PATH; `node tools/servers.ts` installs it');
  return chromium.launch({ executablePath, args: FLAGS });
}
