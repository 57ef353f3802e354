// The import arrows of this repository as data, and a scanner that finds the imports which point the wrong way.

import { posix } from 'node:path';

/** Text by path from the repository's root. */
export type SourceFiles = ReadonlyMap<string, string>;

export interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

/** Folders and files are named by their path; a folder stands for everything in it, `''` for everything of ours. */
interface Rule {
  readonly from: readonly string[];
  /** Inside `from`, but not judged. */
  readonly but?: readonly string[];
  readonly not: readonly string[];
  /** Inside `not`, but allowed. */
  readonly except?: readonly string[];
  readonly typesAllowed?: true;
}

const SIDECAR = ['src/sidecar', 'src/sidecar.ts'];
const TSDB = ['src/tsdb', 'src/tsdb.ts'];
const STORES = ['src/tsdb/storage/memory', 'src/tsdb/storage/postgres'];
// Direct is the queue of one process and needs nothing; the others bring a client of their engine.
const QUEUES = ['src/tsdb/queue/redis'];
// The parts of the composition root: what mini-tsdb is made of, chosen by its flags.
const WIRING = 'src/tsdb/wiring';
const CONTRACT = ['src/tsdb/storage/contract', 'src/tsdb/storage/contract.ts'];

const RULES: readonly Rule[] = [
  { from: ['src/model'], not: [''], except: ['src/model'] },
  { from: ['src/lib'], not: [''], except: ['src/lib'] },
  // package.json tells the version.
  {
    from: ['inventory-server'],
    not: [''],
    except: ['inventory-server', 'src/lib', 'src/model', 'package.json'],
  },
  { from: ['src'], not: ['inventory-server', 'tools', 'test'] },
  { from: SIDECAR, not: TSDB },
  { from: TSDB, not: SIDECAR },

  {
    from: ['src/sidecar/inventory', 'src/sidecar/sensors', 'src/sidecar/targets'],
    not: ['src/sidecar/commands'],
  },
  { from: ['src/sidecar/sensors'], not: ['src/sidecar/inventory', 'src/sidecar/targets'] },
  { from: ['src/sidecar/targets'], not: ['src/sidecar/inventory'] },
  { from: ['src/sidecar/targets'], not: ['src/sidecar/sensors'], typesAllowed: true },

  // Only the composition root chooses a store, and nothing else knows its parts; the stores do not know each other.
  { from: ['src'], but: ['src/tsdb.ts', WIRING], not: [WIRING] },
  { from: ['src'], but: [WIRING, ...STORES], not: STORES },
  { from: ['src'], but: [WIRING, ...QUEUES], not: QUEUES },
  { from: ['src/tsdb/storage/memory'], not: ['src/tsdb/storage/postgres'] },
  { from: ['src/tsdb/storage/postgres'], not: ['src/tsdb/storage/memory'] },
  // web → promql → storage/contract; push → queue → storage/contract; scrape, push → exposition.
  { from: ['src/tsdb'], not: ['src/tsdb/storage'], but: ['src/tsdb/storage', WIRING], except: CONTRACT },
  { from: ['src/tsdb/storage'], not: ['src/tsdb'], except: ['src/tsdb/storage'] },
  { from: ['src/tsdb/exposition'], not: ['src/tsdb'], except: ['src/tsdb/exposition'] },
  { from: ['src/tsdb/promql'], not: ['src/tsdb/web'] },
  { from: ['src/tsdb/queue'], not: ['src/tsdb/push'] },
];

/** One line per import that points the wrong way: `sidecar must not import tsdb/storage: src/… → src/…`. */
export function wrongArrows(files: SourceFiles): string[] {
  return importsOf(files).flatMap((found) => {
    const rule = RULES.find((candidate) => breaks(candidate, found));
    if (rule === undefined) return [];
    const area = rule.from.find((path) => covers(path, found.from)) ?? '';
    return [`${shorten(area)} must not import ${areaOf(found.to)}: ${found.from} → ${found.to}`];
  });
}

// The project's formatter puts each statement at the start of a line, so what stands in comments and strings is not met.
const STATEMENT = /^(?:import|export)(\s+type\b)?(?:[\s\w$*{},]*?from)?\s*['"](\.[^'"]+)['"]/gm;
const EXPRESSION =
  /\bimport\(\s*['"`](\.[^'"`]+)['"`]|\bnew URL\(\s*['"`](\.[^'"`]+\.ts)['"`],\s*import\.meta\.url/g;

/** Every import between files of ours: static, re-exported, dynamic, and a worker's `new URL('./x.ts', import.meta.url)`. */
export function importsOf(files: SourceFiles): Import[] {
  return [...files].flatMap(([from, text]) => {
    const to = (specifier = '') => posix.join(posix.dirname(from), specifier);
    const statements = [...text.matchAll(STATEMENT)].map(([, type, path]) => ({
      from,
      to: to(path),
      typeOnly: type !== undefined,
    }));
    const expressions = [...text.matchAll(EXPRESSION)].map(([, imported, worker]) => ({
      from,
      to: to(imported ?? worker),
      typeOnly: false,
    }));
    return [...statements, ...expressions];
  });
}

/** Files with an import that cannot be judged because its path is computed. */
export function computedImports(files: SourceFiles): string[] {
  return [...files]
    .filter(([, text]) => /\bimport\(\s*[^'"`\s]|\bimport\(\s*`[^`]*\$\{/.test(text))
    .map(([path]) => path);
}

function breaks(rule: Rule, { from, to, typeOnly }: Import): boolean {
  if (!within(rule.from, from) || within(rule.but, from)) return false;
  if (!within(rule.not, to) || within(rule.except, to)) return false;
  return !(typeOnly && rule.typesAllowed === true);
}

function within(paths: readonly string[] | undefined, path: string): boolean {
  return (paths ?? []).some((prefix) => covers(prefix, path));
}

function covers(prefix: string, path: string): boolean {
  return prefix === '' || path === prefix || path.startsWith(`${prefix}/`);
}

function areaOf(path: string): string {
  const folder = posix.dirname(path);
  return shorten(folder === 'src' || folder === '.' ? path : folder);
}

function shorten(path: string): string {
  return path.replace(/^src\//, '');
}
