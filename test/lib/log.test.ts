import { type StdioOptions, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createLogger } from '../../src/lib/log.ts';

test('a line is JSON with the level as a word and the time in RFC 3339 UTC', () => {
  const lines: string[] = [];
  const log = createLogger('info', { write: (line) => void lines.push(line) });
  log.info({ targets: 42 }, 'target file written');
  log.debug('not shown');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    targets: 42,
    msg: 'target file written',
  });
});

test('a log that cannot be written does not stop the program', () => {
  const script = `import { createLogger } from './src/lib/log.ts';
    const log = createLogger('info');
    for (let i = 0; i < 1000; i += 1) log.info('lost');
    process.exitCode = 42;`;
  const full = openSync('/dev/full', 'w');
  const stdio: StdioOptions = ['ignore', full, 'pipe'];
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    stdio,
    timeout: 50_000,
  });
  closeSync(full);
  expect([ended.status, String(ended.stderr)]).toEqual([42, '']);
});
