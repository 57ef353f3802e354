import { expect, test } from 'vitest';
import { parseArguments } from '../../../tools/demo/arguments.ts';

test('reads its flags', () => {
  const f = (args: string[], tour: boolean, help: boolean) =>
    expect(parseArguments(args), args.join(' ')).toEqual({ tour, help });
  f([], false, false);
  f(['--tour'], true, false);
  f(['--help'], false, true);
  f(['-h', '--tour'], true, true);
});

test('names what it does not know', () => {
  const f = (args: string[], want: string) => expect(parseArguments(args)).toBe(want);
  const see = '; see npm run demo -- --help';
  f(['--tuor'], `cannot start the demo: it does not know "--tuor", did you mean --tour${see}`);
  f(['--tour', 'now'], `cannot start the demo: it does not know "now"${see}`);
  f(['\x1b[2J'], `cannot start the demo: it does not know "\\u001b[2J"${see}`);
});
