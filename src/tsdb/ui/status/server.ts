// The process itself: what was built, how it runs, how it was started and configured.

import { ago, since } from '../kit/ago.ts';
import { copyButton } from '../kit/copy.ts';
import { element } from '../kit/element.ts';
import { type Content, factRow } from '../kit/facts.ts';
import { plainTable } from '../kit/plain-table.ts';
import { stateMark } from '../kit/state-mark.ts';
import type { Zone } from '../kit/zone.ts';
import type { Answers } from './answers.ts';

type Of<Part extends keyof Answers> = Exclude<Answers[Part], Error>;

export function buildContent({ version, nodeVersion }: Of<'build'>): Content {
  return [
    factRow([
      ['Version', version],
      ['Node', nodeVersion],
      ['API', element('a', { href: 'api/docs' }, 'what it answers')],
    ]),
  ];
}

export function runtimeContent(runtime: Of<'runtime'>, zone: Zone): Content {
  const { startTime, CWD, reloadConfigSuccess, lastConfigTime } = runtime;
  const mark = reloadConfigSuccess
    ? stateMark('good', 'in force')
    : stateMark('bad', 'the last reload failed; an older one is in force');
  return [
    factRow([
      ['Started', since(Date.parse(startTime), zone)],
      ['Configuration', mark],
      ['Read last', ago(Date.parse(lastConfigTime), zone)],
      ['Working folder', element('code', {}, CWD)],
    ]),
  ];
}

export function flagsContent(flags: Of<'flags'>): Content {
  const rows = Object.entries(flags).map(([name, value]) => [
    element('code', {}, `--${name}`),
    value === '' ? element('span', { class: 'quiet-text' }, 'none') : element('code', {}, value),
  ]);
  return [plainTable('Flags', [{ title: 'Flag' }, { title: 'Value' }], rows)];
}

export function configContent({ yaml }: Of<'config'>): Content {
  const text = element(
    'pre',
    { class: 'config', tabindex: '0', role: 'group', 'aria-label': 'Configuration' },
    yaml,
  );
  return [
    element('p', { class: 'quiet-text' }, 'Secrets are hidden.'),
    text,
    copyButton(yaml, 'the configuration'),
  ];
}
