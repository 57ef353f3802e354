// Writes target files until it dies: killed-writer.ts PATH MOMENT. At a named moment of its third write it kills
// itself as `kill -9` would; at `any` it writes on and waits for that.

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { writeTargetGroups } from '../../src/model/target-group.ts';
import { writeTargetFile } from '../../src/sidecar/targets/target-file.ts';
import { generation, type Moment } from '../helpers/kills.ts';

type Call = (...args: never[]) => Promise<unknown>;
type Calls = Record<string, Call>;

const [path = '', moment = 'any'] = process.argv.slice(2) as [string, Moment | 'any'];
const promises = fs.promises as unknown as Calls;
let write = 0;

// write-file-atomic takes these from `fs`, we take ours from `fs/promises`.
const DEATHS: Readonly<Record<Moment, () => void>> = {
  'before it is staged': () => before(promises, 'mkdir'),
  'the staged file is made': () => before(promises, 'writeFile'),
  'it is half filled': () => {
    promises.writeFile = (async (file: string, text: string) => {
      fs.writeFileSync(file, write === 3 ? text.slice(0, text.length / 2) : text, { flag: 'r+' });
      die();
    }) as Call;
  },
  'it is filled': () => after(promises, 'writeFile'),
  'it is flushed': () => afterCallback('fsync'),
  'it has its staged name': () => before(promises, 'stat', (file) => String(file).endsWith('.tmp')),
  'before the rename': () => before(promises, 'rename'),
  'after the rename': () => after(promises, 'rename'),
  'before the folders are flushed': () => before(promises, 'open'),
};

function die(): void {
  if (write === 3) process.kill(process.pid, 'SIGKILL');
}

function before(calls: Calls, name: string, isMeant: (first: unknown) => boolean = () => true): void {
  const real = calls[name] as Call;
  calls[name] = async (...args) => {
    if (isMeant(args[0])) die();
    return real(...args);
  };
}

function after(calls: Calls, name: string): void {
  const real = calls[name] as Call;
  calls[name] = async (...args) => {
    const result = await real(...args);
    die();
    return result;
  };
}

function afterCallback(name: 'fsync'): void {
  const real = fs[name];
  fs[name] = ((file: number, done: (error: unknown) => void) =>
    real(file, (error) => {
      die();
      done(error);
    })) as typeof real;
}

if (moment !== 'any') DEATHS[moment]();
syncBuiltinESMExports();
for (write = 1; ; write += 1) {
  const groups = generation(write);
  await writeTargetFile(path, groups, writeTargetGroups(groups));
  console.log(`written ${write}`);
}
