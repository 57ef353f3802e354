// A folder with certificates and a web configuration that a test can change, and hashes that cost little.

import { copyFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { type TempDir, tempDir } from './temp-dir.ts';

const FIXTURES = 'test/fixtures/tls';

/** The sections of a configuration; paths are those of the fixtures. */
export const WEB = {
  tls: 'tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n',
  required: '  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n',
  users: (users: Readonly<Record<string, string>>, cost = 4) =>
    `basic_auth_users:\n${Object.entries(users)
      .map(([name, password]) => `  ${name}: ${hashSync(password, cost)}\n`)
      .join('')}`,
};

export interface WebFolder {
  /** The web configuration. */
  readonly path: string;
  /** A file beside it. */
  file(name: string): string;
  /** Writes another file. @returns its path. */
  add(name: string, text: string): Promise<string>;
  /** Puts a new configuration in the place of the old one. */
  write(yaml: string): Promise<void>;
  /** Puts one of the fixtures in the place of another. */
  copy(fixture: string, name: string): Promise<void>;
  remove(): Promise<void>;
}

export async function webFolder(yaml: string): Promise<WebFolder> {
  const dir: TempDir = await tempDir('web');
  const file = (name: string) => join(dir.path, name);
  const copy = async (fixture: string, name: string) => {
    await copyFile(join(FIXTURES, fixture), file('.new'));
    await rename(file('.new'), file(name));
  };
  for (const name of await readdir(FIXTURES)) await copy(name, name);
  const add = async (name: string, text: string) => {
    await writeFile(file('.new'), text);
    await rename(file('.new'), file(name));
    return file(name);
  };
  const path = await add('web.yml', yaml);
  const write = async (text: string) => void (await add('web.yml', text));
  return { path, file, add, write, copy, remove: () => dir.remove() };
}

/** `Authorization` of a user. */
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
