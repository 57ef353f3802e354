import { describe, expect, test } from 'vitest';
import { helpText, parseArguments } from '../../../src/sidecar/commands/arguments.ts';

const NONE = {
  json: false,
  undo: false,
  help: false,
  version: false,
  operands: [],
  prometheus: [],
  job: [],
  waitMs: 0,
};
const P = 'http://p:9090';

describe('arguments', () => {
  const f = (line: string, parsed: unknown) =>
    test(line || 'none', () => expect(parseArguments(line.split(' ').filter(Boolean))).toEqual(parsed));
  f('', { command: 'run', ...NONE });
  f('once --json', { command: 'once', ...NONE, json: true });
  f('--help', { command: 'run', ...NONE, help: true });
  f('-h show', { command: 'show', ...NONE, help: true });
  f('--version', { command: 'run', ...NONE, version: true });
  f('fly', 'unknown command "fly"');
  f('toString', 'unknown command "toString"');
  f('once twice', 'unexpected argument "twice"');
  f('run --json', 'run takes no --json');
  f('--json', 'run takes no --json');
  f('reload --json', 'reload takes no --json');
  f('--json once', { command: 'once', ...NONE, json: true });
  f('reload -h', { command: 'reload', ...NONE, help: true });
  f('once --json=yes', expect.stringContaining('does not take an argument'));
  f('accept abc --undo', { command: 'accept', ...NONE, undo: true, operands: ['abc'] });
  f(`verify --prometheus ${P}`, { command: 'verify', ...NONE, prometheus: [P] });
  f(`verify --prometheus ${P}/ --prometheus=${P} --prometheus http://p/a/ --job a --job b --wait 1m30s`, {
    ...{ command: 'verify', ...NONE, job: ['a', 'b'], waitMs: 90_000 },
    prometheus: [P, 'http://p/a'],
  });
  f(`verify --prometheus ${P} --headers-file /h`, {
    ...{ command: 'verify', ...NONE, prometheus: [P] },
    'headers-file': '/h',
  });
  f('verify', 'verify needs --prometheus URL');
  f('verify --help', { command: 'verify', ...NONE, help: true });
  f('verify --prometheus', expect.stringContaining('argument missing'));
  f('verify --prometheus p:9090', '--prometheus begins with p:; http: and https: are understood');
  f('verify --prometheus //p', '--prometheus is no URL; write e.g. http://prometheus:9090');
  f(
    'verify --prometheus http://me:secret@p',
    expect.stringMatching(/^--prometheus holds a user name or password; (?!.*secret)/),
  );
  f(`verify --prometheus ${P}/graph?x=1`, expect.stringContaining('--prometheus has a query'));
  f(`verify --prometheus ${P} --wait soon`, expect.stringContaining('--wait is "soon", no duration'));
  f(`verify --prometheus ${P} --wait 2h`, '--wait is "2h"; it must lie from 0ms to 1h');
  f('once --wait 3s', 'once takes no --wait');
  f('once --wrong', expect.stringContaining("Unknown option '--wrong'"));
});

test('the help says which commands take an option', () => {
  expect(helpText('')).toMatch(/^ {2}--json +print JSON \(once, show, check, verify\)$/m);
});

test('the help names every command and the most used settings', () => {
  for (const word of [
    'once',
    'show',
    'reload',
    'healthcheck',
    '--json',
    'INVENTORY_URL',
    'inventory-sd 1.2.3',
  ]) {
    expect(helpText('1.2.3')).toContain(word);
  }
});
