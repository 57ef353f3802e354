import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { secretFile } from '../../src/lib/secret-file.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';

let dir: TempDir;
let path: string;
beforeEach(async () => {
  dir = await tempDir('secret');
  path = join(dir.path, 'token');
});
afterEach(() => dir.remove());

describe('the text is', () => {
  const f = (bytes: string | Buffer, text: string) =>
    test(JSON.stringify(bytes.toString()), async () => {
      await writeFile(path, bytes);
      expect(await secretFile(path).read()).toBe(text);
    });
  f('token', 'token');
  f('token\n', 'token');
  f('token\r\n', 'token');
  f(' to ken \n\n', ' to ken ');
  f('a: b\nc: d\n', 'a: b\nc: d');
  f('\ufefftoken', 'token');
});

describe('is read again', () => {
  test('when it is written anew, though its size and its times are those of before', async () => {
    const file = secretFile(path);
    const then = new Date(1_000_000);
    for (const text of ['one', 'two', 'six']) {
      await writeFile(path, text);
      await utimes(path, then, then);
      expect(await file.read()).toBe(text);
    }
  });

  test('when it is written many times within one tick of the clock', async () => {
    const file = secretFile(path);
    for (let i = 100; i < 400; i += 1) {
      writeFileSync(path, String(i));
      expect(await file.read()).toBe(String(i));
    }
  });

  test('when another file takes its place', async () => {
    const file = secretFile(path);
    await writeFile(path, 'old');
    expect(await file.read()).toBe('old');
    await writeFile(`${path}.new`, 'new');
    await rename(`${path}.new`, path);
    expect(await file.read()).toBe('new');
  });

  test('when a link leads elsewhere, as the secrets of Kubernetes do', async () => {
    for (const name of ['one', 'two']) {
      await mkdir(join(dir.path, name));
      await writeFile(join(dir.path, name, 'token'), name);
    }
    await symlink('one', join(dir.path, 'data'));
    const file = secretFile(join(dir.path, 'data', 'token'));
    expect(await file.read()).toBe('one');
    await symlink('two', join(dir.path, 'data.new'));
    await rename(join(dir.path, 'data.new'), join(dir.path, 'data'));
    expect(await file.read()).toBe('two');
  });

  test('when it comes back', async () => {
    const file = secretFile(path);
    await writeFile(path, 'a');
    await file.read();
    await rm(path);
    await expect(file.read()).rejects.toThrow('there is no such file');
    await writeFile(path, 'b');
    expect(await file.read()).toBe('b');
  });
});

describe('a file that cannot be read is named, with the reason and without its content:', () => {
  const f = (name: string, make: () => unknown, why: string) =>
    test(name, async () => {
      await make();
      await expect(secretFile(path, 10).read()).rejects.toMatchObject({
        reason: 'credentials',
        message: `cannot read ${path}: ${why}`,
      });
    });
  f('none', () => {}, 'there is no such file');
  f('a folder', () => mkdir(path), 'it is no regular file');
  f('a pipe that nobody writes to', () => execFileSync('mkfifo', [path]), 'it is no regular file');
  f('a device that never ends', () => symlink('/dev/zero', path), 'it is no regular file');
  f('too large', () => writeFile(path, 'planted-secret'), 'it is larger than 10B');
  f('empty', () => writeFile(path, ''), 'it is empty');
  f('only line ends', () => writeFile(path, ' \r\n\n'), 'it is empty');
  f('no UTF-8', () => writeFile(path, Buffer.from([0xff, 0x41])), 'it is no text in UTF-8');
  f('a link to itself', () => symlink(path, path), 'ELOOP');
  test('below a file', async () => {
    await writeFile(path, 'x');
    await expect(secretFile(join(path, 'token')).read()).rejects.toThrow('there is no such file');
  });
});

test('a settled file is not opened again', async () => {
  const file = secretFile('/etc/passwd', 1_000_000);
  const first = await file.read();
  expect(await file.read()).toBe(first);
});
