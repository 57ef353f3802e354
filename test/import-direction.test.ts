// The arrows of the design: which part may import which.

import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { computedImports, importsOf, type SourceFiles, wrongArrows } from './helpers/import-arrows.ts';

const ROOT = new URL('..', import.meta.url).pathname;

async function sourceFiles(...folders: string[]): Promise<SourceFiles> {
  const files = new Map<string, string>();
  for (const folder of folders) {
    const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((file) => file.isFile() && /\.[cm]?[jt]sx?$/.test(file.name))) {
      const path = join(entry.parentPath, entry.name);
      files.set(relative(ROOT, path), await readFile(path, 'utf8'));
    }
  }
  return files;
}

describe('this repository', () => {
  let files: SourceFiles;

  beforeAll(async () => {
    files = await sourceFiles('src', 'inventory-server');
  });

  test('has no import that points the wrong way', () => {
    expect(wrongArrows(files)).toEqual([]);
  });

  test('has no import whose path is computed', () => {
    expect(computedImports(files)).toEqual([]);
  });

  test('is really read: every import leads to a file that was read, and there are many', () => {
    const imports = importsOf(files);
    expect(imports.length).toBeGreaterThan(files.size / 2);
    expect(imports.filter(({ to }) => /\.ts$/.test(to) && !files.has(to))).toEqual([]);
  });
});

describe('a planted wrong arrow is caught', () => {
  const planted = (from: string, to: string) => {
    const up = '../'.repeat(from.split('/').length - 1);
    return wrongArrows(new Map([[from, `import { x } from '${up}${to}';\n`]]));
  };

  test.each([
    ['src/model/labels.ts', 'src/lib/errors.ts', 'model must not import lib'],
    ['src/lib/log.ts', 'src/model/labels.ts', 'lib must not import model'],
    ['src/lib/log.ts', 'src/sidecar/config.ts', 'lib must not import sidecar'],
    ['src/lib/log.ts', 'src/tsdb/config/flags.ts', 'lib must not import tsdb/config'],
    ['src/sidecar/x.ts', 'src/tsdb/storage/contract.ts', 'sidecar must not import tsdb/storage'],
    ['src/sidecar.ts', 'src/tsdb.ts', 'sidecar.ts must not import tsdb.ts'],
    ['src/tsdb/discovery/file.ts', 'src/sidecar/targets/groups.ts', 'tsdb must not import sidecar/targets'],
    ['src/tsdb.ts', 'src/sidecar/config.ts', 'tsdb.ts must not import sidecar'],
    [
      'src/sidecar/inventory/request.ts',
      'src/sidecar/commands/once.ts',
      'sidecar/inventory must not import sidecar/commands',
    ],
    [
      'src/sidecar/sensors/read.ts',
      'src/sidecar/commands/once.ts',
      'sidecar/sensors must not import sidecar/commands',
    ],
    [
      'src/sidecar/targets/guard.ts',
      'src/sidecar/commands/once.ts',
      'sidecar/targets must not import sidecar/commands',
    ],
    [
      'src/sidecar/sensors/read.ts',
      'src/sidecar/inventory/request.ts',
      'sidecar/sensors must not import sidecar/inventory',
    ],
    [
      'src/sidecar/sensors/read.ts',
      'src/sidecar/targets/groups.ts',
      'sidecar/sensors must not import sidecar/targets',
    ],
    [
      'src/sidecar/targets/groups.ts',
      'src/sidecar/inventory/pages.ts',
      'sidecar/targets must not import sidecar/inventory',
    ],
    [
      'src/sidecar/targets/groups.ts',
      'src/sidecar/sensors/read.ts',
      'sidecar/targets must not import sidecar/sensors',
    ],
    ['src/tsdb/promql/engine.ts', 'src/tsdb/web/api.ts', 'tsdb/promql must not import tsdb/web'],
    ['src/tsdb/promql/engine.ts', 'src/tsdb/storage/head.ts', 'tsdb must not import tsdb/storage'],
    ['src/tsdb/storage/contract.ts', 'src/tsdb/promql/engine.ts', 'tsdb/storage must not import tsdb/promql'],
    ['src/tsdb/exposition/text.ts', 'src/tsdb/scrape/loop.ts', 'tsdb/exposition must not import tsdb/scrape'],
    ['src/tsdb/exposition/text.ts', 'src/tsdb/push/json.ts', 'tsdb/exposition must not import tsdb/push'],
    ['src/tsdb/queue/direct.ts', 'src/tsdb/push/json.ts', 'tsdb/queue must not import tsdb/push'],
    ['src/tsdb/web/api.ts', 'src/tsdb/storage/memory/head.ts', 'src must not import tsdb/storage/memory'],
    [
      'src/tsdb/storage/contract.ts',
      'src/tsdb/storage/postgres/copy.ts',
      'src must not import tsdb/storage/postgres',
    ],
    [
      'src/tsdb/storage/memory/head.ts',
      'src/tsdb/storage/postgres/copy.ts',
      'tsdb/storage/memory must not import tsdb/storage/postgres',
    ],
    [
      'src/tsdb/storage/postgres/copy.ts',
      'src/tsdb/storage/memory/head.ts',
      'tsdb/storage/postgres must not import tsdb/storage/memory',
    ],
    ['src/tsdb.ts', 'src/tsdb/storage/memory/head.ts', 'src must not import tsdb/storage/memory'],
    ['src/tsdb.ts', 'src/tsdb/queue/redis/open.ts', 'src must not import tsdb/queue/redis'],
    ['src/tsdb/web/api.ts', 'src/tsdb/wiring/store.ts', 'src must not import tsdb/wiring'],
    ['inventory-server/server.ts', 'src/sidecar/config.ts', 'inventory-server must not import sidecar'],
    ['inventory-server/server.ts', 'tools/demo.ts', 'inventory-server must not import tools'],
    ['src/sidecar/sync.ts', 'inventory-server/forms.ts', 'src must not import inventory-server'],
    ['src/sidecar/sync.ts', 'tools/demo.ts', 'src must not import tools'],
    ['src/sidecar/sync.ts', 'test/helpers/wait-for.ts', 'src must not import test/helpers'],
  ])('%s → %s', (from, to, words) => {
    expect(planted(from, to)).toEqual([`${words}: ${from} → ${to}`]);
  });

  test.each([
    "import '../tsdb/web/api.ts';",
    "import type { Api } from '../tsdb/web/api.ts';",
    "import api, {\n  type Api,\n  other as $other,\n} from '../tsdb/web/api.ts';",
    "import * as api from '../tsdb/web/api.ts';",
    "export * from '../tsdb/web/api.ts';",
    "export { api } from '../tsdb/web/api.ts';",
    "const api = await import('../tsdb/web/api.ts');",
    "const api: import('../tsdb/web/api.ts').Api = 1;",
    "new Worker(new URL('../tsdb/web/api.ts', import.meta.url));",
  ])('in each form: %s', (text) => {
    expect(wrongArrows(new Map([['src/sidecar/x.ts', `const a = 1;\n${text}\n`]]))).toHaveLength(1);
  });

  test('and a computed path as well', () => {
    const f = (text: string) => computedImports(new Map([['src/x.ts', text]]));
    expect(f('await import(name)')).toEqual(['src/x.ts']);
    expect(f(`await import(\`./\${name}.ts\`)`)).toEqual(['src/x.ts']);
    expect(f("await import('./y.ts')")).toEqual([]);
  });
});

test('what the arrows allow is not reported', () => {
  const allowed = new Map([
    [
      'src/sidecar.ts',
      "import { sync } from './sidecar/sync.ts';\nimport { createLogger } from './lib/log.ts';",
    ],
    [
      'src/sidecar/sync.ts',
      "import { guard } from './targets/guard.ts';\n// import { x } from '../tsdb/x.ts';",
    ],
    [
      'src/sidecar/targets/groups.ts',
      "import type { Sensor } from '../sensors/sensor.ts';\nimport '../../model/labels.ts';",
    ],
    ['src/tsdb.ts', "import { openStore } from './tsdb/wiring/store.ts';"],
    [
      'src/tsdb/wiring/store.ts',
      "import '../storage/memory/store.ts';\nawait import('../storage/postgres/store.ts');\nawait import('../queue/redis/open.ts');",
    ],
    ['src/tsdb/web/api.ts', "import '../promql/engine.ts';\nimport '../storage/contract.ts';"],
    ['src/tsdb/push/json.ts', "import '../queue/direct.ts';\nimport '../exposition/text.ts';"],
    ['src/tsdb/storage/memory/store.ts', "import '../contract.ts';\nimport './head.ts';\nimport 'node:fs';"],
    [
      'inventory-server/server.ts',
      "import '../src/lib/log.ts';\nimport '../src/model/labels.ts';\nimport './forms.ts';",
    ],
  ]);
  expect(wrongArrows(allowed)).toEqual([]);
});
