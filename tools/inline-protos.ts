// What the bundle needs to carry the .proto files that the sources read beside themselves.

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Plugin } from 'rolldown';

const READING = /readFileSync\(new URL\('([^']+\.proto)', import\.meta\.url\), 'utf8'\)/g;

/** Puts each file's text in the place of its reading. */
export function inlineProtos(): Plugin {
  return {
    name: 'inline-protos',
    async transform(code, id) {
      const paths = [...code.matchAll(READING)].map(([, path = '']) => path);
      if (paths.length === 0) return null;
      const texts = new Map<string, string>();
      for (const path of paths) texts.set(path, await readFile(join(dirname(id), path), 'utf8'));
      return code.replace(READING, (_, path: string) => JSON.stringify(texts.get(path)));
    },
  };
}
