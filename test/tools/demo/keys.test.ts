import { expect, test } from 'vitest';
import { actionsOf } from '../../../tools/demo/keys.ts';

test.each([
  ['e', { do: 'break', fault: 'empty' }],
  ['E', { do: 'break', fault: 'empty' }],
  ['h', { do: 'break', fault: 'half' }],
  ['n', { do: 'break', fault: 'null' }],
  ['5', { do: 'break', fault: 'status' }],
  ['d', { do: 'break', fault: 'hang' }],
  ['+', { do: 'add', count: 10 }],
  ['-', { do: 'remove', count: 10 }],
  ['o', { do: 'heal' }],
  ['a', { do: 'accept' }],
  ['u', { do: 'undo' }],
  ['q', 'quit'],
  ['\x03', 'quit'],
])('%j is a key', (typed, action) => {
  expect(actionsOf(typed)).toEqual([action]);
});

test.each(['', 'x', ' ', '\r', '\x1b', '\x1b[A', '\x1b[D', '\x1bOd'])('%j does nothing', (typed) => {
  expect(actionsOf(typed)).toEqual([]);
});

test('quick keys that come in one piece are all read', () => {
  expect(actionsOf('++xq')).toEqual([{ do: 'add', count: 10 }, { do: 'add', count: 10 }, 'quit']);
});
