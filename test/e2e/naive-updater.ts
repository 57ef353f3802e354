// The control of the fault tests: what most people write. It has no guard, no deadline, no bound and no check.
// node naive-updater.ts URL FILE MILLISECONDS

import { renameSync, writeFileSync } from 'node:fs';

const [url = '', file = '', interval] = process.argv.slice(2);

for (;;) {
  try {
    let text = '';
    for await (const chunk of (await fetch(url)).body ?? []) text += Buffer.from(chunk).toString('latin1');
    const answer = JSON.parse(text) ?? [];
    const names: unknown[] =
      typeof answer === 'object' && !Array.isArray(answer) ? Object.keys(answer) : [...answer];
    writeFileSync(`${file}.tmp`, JSON.stringify([{ targets: names.map((name) => `${name}:9100`) }]));
    renameSync(`${file}.tmp`, file);
  } catch {
    // The next pass may have more luck.
  }
  console.log('pass');
  await new Promise((resolve) => setTimeout(resolve, Number(interval)));
}
