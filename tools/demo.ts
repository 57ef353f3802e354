// The demo: starts everything on loopback, shows it or plays the tour, and leaves nothing behind.

import '../src/lib/node-version.ts';
import { HELP, parseArguments } from './demo/arguments.ts';
import { runDemo } from './demo/run-demo.ts';

const parsed = parseArguments(process.argv.slice(2));
if (typeof parsed === 'string') {
  console.error(parsed);
  process.exitCode = 2;
} else if (parsed.help) {
  console.log(HELP);
} else {
  process.exitCode = await runDemo(parsed.tour);
}
