import { describe, expect, test } from 'vitest';
import { helpText, parseArguments } from '../../../src/sidecar/commands/arguments.ts';

const NONE = { json: false, undo: false, help: false, version: false, operands: [] };

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
  f('once --wrong', expect.stringContaining("Unknown option '--wrong'"));
});

test('the help says which commands take an option', () => {
  expect(helpText('')).toMatch(/^ {2}--json +print JSON \(once, show\)$/m);
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
