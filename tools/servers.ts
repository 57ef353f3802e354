// Run before the tests: finds the real servers they need, and installs what is missing.

import '../src/lib/node-version.ts';
import { messageOf } from '../src/lib/errors.ts';
import { findProgram } from './find-program.ts';
import { installPackages } from './install-packages.ts';
import { findPostgres } from './postgres-binaries.ts';
import { findPrometheus, missingVersions, type PrometheusBinary } from './prometheus-binaries.ts';
import { findVictoriaMetrics } from './victoria-metrics-binary.ts';

/** What Debian's package brings. */
const PACKAGED_VERSION = '2.42';

const BY_HAND =
  'install prometheus and promtool (Debian, Ubuntu: apt-get install --no-install-recommends prometheus; ' +
  'elsewhere from https://prometheus.io/download) on PATH, or name their folder in PROMETHEUS_DIRS';

try {
  const found = await findOrInstall();
  for (const { version, path } of found) console.log(`prometheus ${version} at ${path}`);
  const missing = missingVersions(process.env.REQUIRE_PROMETHEUS, found);
  if (missing.length > 0) throw new Error(`no Prometheus ${missing.join(' and no ')}: ${BY_HAND}`);
  if (found.length === 0) throw new Error(`no Prometheus: ${BY_HAND}`);
  console.log(`victoria-metrics at ${await victoriaMetrics()}`);
  console.log(`redis-server at ${await redisServer()}`);
  console.log(`postgresql in ${await postgres()}`);
  console.log(`chromium at ${await chromium()}`);
} catch (error) {
  console.error(`cannot run the tests: ${messageOf(error)}`);
  process.exitCode = 1;
}

async function findOrInstall(): Promise<PrometheusBinary[]> {
  const found = await findPrometheus();
  const missing = missingVersions(process.env.REQUIRE_PROMETHEUS, found);
  if (found.length > 0 && !missing.includes(PACKAGED_VERSION)) return found;
  const wanted = ['no Prometheus', missing.join(', ')].filter((word) => word !== '').join(' ');
  console.log(`${wanted} on PATH or in PROMETHEUS_DIRS: installing Debian's package`);
  try {
    await installPackages(['prometheus']);
  } catch (error) {
    throw new Error(`${messageOf(error)}; ${BY_HAND}`, { cause: error });
  }
  return findPrometheus();
}

async function victoriaMetrics(): Promise<string> {
  const found = await findVictoriaMetrics();
  if (found !== undefined) return found;
  console.log("no victoria-metrics on PATH or in PROMETHEUS_DIRS: installing Debian's package");
  await installPackages(['victoria-metrics']);
  const installed = await findVictoriaMetrics();
  if (installed === undefined) throw new Error('no victoria-metrics on PATH or in PROMETHEUS_DIRS');
  return installed;
}

async function redisServer(): Promise<string> {
  const found = await findProgram('redis-server');
  if (found !== undefined) return found;
  console.log("no redis-server on PATH: installing Debian's package");
  await installPackages(['redis-server']);
  const installed = await findProgram('redis-server');
  if (installed === undefined) throw new Error('no redis-server on PATH');
  return installed;
}

async function postgres(): Promise<string> {
  const found = await findPostgres();
  if (found !== undefined) return found;
  console.log("no PostgreSQL on PATH or in its packages' folders: installing Debian's package");
  await installPackages(['postgresql']);
  const installed = await findPostgres();
  if (installed === undefined)
    throw new Error('no PostgreSQL (initdb, postgres) on PATH or in /usr/lib/postgresql');
  return installed;
}

async function chromium(): Promise<string> {
  const found = await findProgram('chromium');
  if (found !== undefined) return found;
  console.log("no chromium on PATH: installing Debian's package");
  await installPackages(['chromium']);
  const installed = await findProgram('chromium');
  if (installed === undefined) throw new Error('no chromium on PATH');
  return installed;
}
