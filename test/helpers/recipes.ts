// The recipes of docs/recipes.md, as their readers copy them.

import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';

export interface Recipe {
  readonly title: string;
  /** The path of its example. */
  readonly example: string;
  readonly settings: Record<string, string>;
  /** What it says that its example becomes. */
  readonly result: string;
}

/** The whole document. */
export const document = await readFile('docs/recipes.md', 'utf8');

export const recipes: readonly Recipe[] = document.split('\n### ').slice(1).map(readRecipe);

function readRecipe(section: string): Recipe {
  const [title = ''] = section.split('\n');
  const example = /\[Example\]\(\.\.\/(\S+)\)/.exec(section)?.[1] ?? '';
  const block = (language: string) =>
    new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(section)?.[1] ?? '';
  const lines = block('sh').trim().split('\n');
  const settings = Object.fromEntries(lines.map((line) => readSetting(line)));
  return { title, example, settings, result: block('text') };
}

// As compose reads .env: what stands in single quotes is taken as it is, and holds none.
function readSetting(line: string): [string, string] {
  const [, name = '', quoted, plain] = /^([A-Z_]+)=(?:'([^']*)'|([^'"$#\s]*))$/.exec(line) ?? [];
  expect(name, `a setting as .env takes it: ${line}`).not.toBe('');
  return [name, quoted ?? plain ?? ''];
}
