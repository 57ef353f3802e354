import { describe, expect, test } from 'vitest';
import { compileExpression, evaluate } from '../../../src/sidecar/sensors/expression.ts';

const run = (text: string, value: unknown, bytes = 1000) => evaluate(compileExpression(text), value, bytes);

describe('an expression that is none is refused at the start:', () => {
  const f = (text: string, message: string) =>
    test(text.slice(0, 30), () => expect(() => compileExpression(text)).toThrow(message));
  f('a.', 'is no JMESPath expression: Syntax error');
  f('a b', 'is no JMESPath expression');
  f("a[?b=='c'", 'is no JMESPath expression');
  f('#', 'unknown character: #');
  f('lenght(@)', 'calls lenght(), which JMESPath does not have');
  f('a[?b].{c: sort_by(@, &toString(x))}', 'calls toString(), which');
  f('a'.repeat(4001), 'has 4001 characters; 4000 are allowed');
  f('['.repeat(4000), 'nested too deeply');
});

describe('an expression is run as JMESPath says:', () => {
  const DATA = {
    hosts: [
      { id: 'a', up: true, ports: [1, 2], tags: [{ k: 'site', v: 'x' }] },
      { id: 'b', up: false, ports: [], tags: [] },
      { id: 'c', up: true, ports: [3], tags: [{ k: 'rack', v: 'y' }] },
    ],
    same: { id: 'a', up: true, ports: [1, 2], tags: [{ k: 'site', v: 'x' }] },
  };
  const f = (text: string, result: unknown) => test(text, () => expect(run(text, DATA)).toEqual(result));
  f('hosts[?up].id', ['a', 'c']);
  f('hosts[].ports[]', [1, 2, 3]);
  f('hosts[?@ == $.same].id', ['a']);
  f("hosts[?id != 'a'].id | [0]", 'b');
  f('hosts[1:].id', ['b', 'c']);
  f("hosts[].{host: id, site: tags[?k=='site'].v | [0]} | [0]", { host: 'a', site: 'x' });
  f('items({x: `1`})[0]', ['x', 1]);
  f('(hosts[].let $h = @ in ports[].{host: $h.id, port: @})[]', [
    { host: 'a', port: 1 },
    { host: 'a', port: 2 },
    { host: 'c', port: 3 },
  ]);
  f("join(':', [hosts[0].id, to_string(hosts[0].ports[0])])", 'a:1');
  f("map(&join('-', [id, 'x']), hosts)", ['a-x', 'b-x', 'c-x']);
  f("trim('  a ') | pad_left(@, `3`, '.')", '..a');
  f("replace('a.b', '.', '_')", 'a_b');
  f('hosts[0].id[0:1]', 'a');
  f('length(hosts)', 3);
  f('hosts[0].constructor', null);
});

describe('a call with the wrong kind of value fails in the words of JMESPath:', () => {
  test.each(["join(',', 'a')", "pad_left('a', 'b')", 'trim(`1`)', "replace(`[]`, 'a', 'b')"])(
    '%s',
    (text) => {
      expect(() => run(text, {})).toThrow(/^Invalid (argument )?type/);
    },
  );
});

describe('an expression that blows up ends soon, with an error:', () => {
  const f = (name: string, text: string, value: unknown = ['a']) =>
    test(name, () =>
      expect(() => run(text, value)).toThrow(/it takes more than 5000000 steps|Invalid string length/),
    );
  const times = (count: number, step: string) => Array(count).fill(step).join(' | ');
  f('a list that holds itself twice, forty times', times(40, '[@,@]'));
  f('the same, flattened', times(40, '[@,@] | []'));
  f('the same, as text', `${times(40, '[@,@]')} | to_string(@)`);
  f('the same, compared with the same', `[${times(40, '[@,@]')}, ${times(40, '[@,@]')}] | @[0] == @[1]`);
  f('the same, as objects', times(40, '{a: @, b: @}'));
  f('a text joined to itself', times(40, "join('', [@,@])"), 'abcdefgh');
  f('a text replaced by itself', times(40, "replace(@, 'a', 'aa')"), 'a');
  f('many replacements', "replace('a', 'a', 'aa', `4000000000`)");
  f('a very wide text', "pad_left('a', `1000000000`)");
  f('a text trimmed of blanks that are in it', 'trim(@)', `a${' '.repeat(100_000)}b`);
  f('every pair of a list', '[].[$[].[$[].[@]]]', Array(1000).fill(1));
  f('scopes in scopes', '[].let $x = @ in $[].let $y = @ in $x', Array(1000).fill(1));
  f('a list reversed for each of its entries', 'map(&reverse($), @)', Array(3000).fill(1));
  f('a slice for each of its entries', '[].[$[::2]]', Array(3000).fill(1));
  f('a mistake of numbers', "pad_left('a', `1e999`)");
});

test('the budget grows with the answer', () => {
  const value = Array(200_000).fill({ a: 1, b: 2 });
  const text = '[*].{x: a, y: [b]}';
  expect(() => run(text, value, 1000)).toThrow('it takes more than 5000000 steps');
  expect(run(text, value, 4_000_000)).toHaveLength(200_000);
});
