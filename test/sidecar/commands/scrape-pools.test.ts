import { describe, expect, test } from 'vitest';
import { type PoolChoice, pickPools } from '../../../src/sidecar/commands/scrape-pools.ts';
import { activeTarget } from './scraped.ts';

const OURS = { fileName: 'targets.json', addresses: new Set(['a:1', 'b:1']), jobs: [] };

/** `job/file/address` each; a file `-` is none. Gives `job: ours | not ours` for each pool. */
function pick(targets: string, choice: Partial<PoolChoice> = {}): string[] {
  const list = targets.split(' ').map((text) => {
    const [job = '', file = '', address = ''] = text.split('|');
    return activeTarget(address, { job, file: file === '-' ? undefined : file });
  });
  return pickPools('p', list, { ...OURS, ...choice }).map(({ job, targets, isOurs }) => {
    const ours = targets.filter(isOurs).map(({ address }) => address);
    const others = targets.filter((target) => !isOurs(target)).map(({ address }) => address);
    expect(targets.map(({ address }) => address)).toEqual([...ours, ...others]);
    return `${job}: ${ours} | ${others}`;
  });
}

describe('the jobs that read our file', () => {
  const f = (what: string, targets: string, pools: string[], choice: Partial<PoolChoice> = {}) =>
    test(what, () => expect(pick(targets, choice)).toEqual(pools));

  f('are those with targets from a file of its name', 's|/etc/targets.json|a:1 o|/etc/o.json|x:1 n|-|y:1', [
    's: a:1 | ',
  ]);
  f('are all of them', 's|targets.json|a:1 probe|d/targets.json|b:1', ['s: a:1 | ', 'probe: b:1 | ']);
  f('may read other files too', 's|t/other.json|x:1 s|t/targets.json|a:1', ['s: a:1 | x:1']);
  f('are known also when nothing of the file is left', 's|t/targets.json|x:1', ['s: x:1 | ']);
  f('are told from those with another file of the name', 'n|/n/targets.json|a:1 s|/s/targets.json|x:1', [
    'n: a:1 | ',
  ]);
  f(
    'are all with a file of the name when none shares a target',
    'n|/n/targets.json|x:1 s|/s/targets.json|y:1',
    ['n: x:1 | ', 's: y:1 | '],
  );
  f('may know the file by another name', 's|sd.json|a:1 s|sd.json|x:1 o|o.json|y:1', ['s: a:1,x:1 | ']);
  f('are none when no target comes from a file that shares one', 's|o.json|x:1 h|-|a:1', []);
});

describe('the jobs that were named', () => {
  const f = (what: string, targets: string, pools: string[], jobs: string[]) =>
    test(what, () => expect(pick(targets, { jobs })).toEqual(pools));

  f('are the only ones', 's|targets.json|a:1 probe|targets.json|b:1', ['probe: b:1 | '], ['probe']);
  f('may follow http_sd', 'h|-|a:1 h|-|x:1 s|targets.json|a:1', ['h: a:1,x:1 | '], ['h']);
  f('have nothing of ours when they share nothing', 'o|o.json|x:1', ['o:  | x:1'], ['o']);
  f('may have no target at all', 'o|o.json|x:1', [], ['sensors']);
});
