// inventory-sd: the composition root. Makes, wires, starts, and stops in mirror order.

import './lib/node-version.ts';
import { Registry } from 'prom-client';
import manifest from '../package.json' with { type: 'json' };
import { AppError, messageOf } from './lib/errors.ts';
import { createHttpClient, type HttpClient } from './lib/http-client.ts';
import { startHttpServer } from './lib/http-server.ts';
import { hostPort } from './lib/listen-address.ts';
import { createLogger, type Logger } from './lib/log.ts';
import { openGate } from './lib/open-gate.ts';
import { type Routes, serveRoutes } from './lib/routes.ts';
import { stopSignal } from './lib/stop-signal.ts';
import { acceptHeld, undoAccept } from './sidecar/accept.ts';
import { accept } from './sidecar/commands/accept.ts';
import { type Arguments, type Command, helpText, parseArguments } from './sidecar/commands/arguments.ts';
import { check } from './sidecar/commands/check.ts';
import { healthcheck } from './sidecar/commands/healthcheck.ts';
import { once } from './sidecar/commands/once.ts';
import { prometheusHeaders } from './sidecar/commands/prometheus-headers.ts';
import { reload } from './sidecar/commands/reload.ts';
import { show } from './sidecar/commands/show.ts';
import { EXIT, type ExitCode, type Terminal } from './sidecar/commands/terminal.ts';
import { verify } from './sidecar/commands/verify.ts';
import { type Config, oddities, oddNames, readConfig, showConfig } from './sidecar/config.ts';
import { endpoints, LIVENESS_PATHS } from './sidecar/endpoints.ts';
import type { Facts } from './sidecar/health.ts';
import { createMetrics } from './sidecar/metrics.ts';
import { type Moment, systemClock } from './sidecar/moment.ts';
import { createPoller, type Poller } from './sidecar/poller.ts';
import { createReporter } from './sidecar/report.ts';
import { reportStatus } from './sidecar/status-report.ts';
import { type Inventory, type Outcome, sync } from './sidecar/sync.ts';
import { inventorySource, takeOver } from './sidecar/take-over.ts';
import { heldAnswer } from './sidecar/targets/held-answer.ts';
import { clearLeftovers } from './sidecar/targets/target-file.ts';

const { version } = manifest;

const terminal: Terminal = { out: (line) => console.log(line), err: (line) => console.error(line) };

async function main(args: string[]): Promise<ExitCode> {
  const parsed = parseArguments(args);
  if (typeof parsed === 'string') {
    terminal.err(`${parsed}; see inventory-sd --help`);
    return EXIT.usage;
  }
  if (parsed.help) terminal.out(helpText(version));
  if (parsed.version) terminal.out(version);
  if (parsed.help || parsed.version) return EXIT.ok;
  try {
    const config = readConfig(process.env);
    return await COMMANDS[parsed.command](config, parsed, oddities(process.env, config));
  } catch (error) {
    tellFault(error);
    // Of these two, 1 would be a difference that was found.
    return parsed.command === 'check' || parsed.command === 'verify' ? EXIT.usage : EXIT.failed;
  }
}

function tellFault(error: unknown): void {
  terminal.err(messageOf(error));
  if (!(error instanceof AppError && error.reason === 'settings')) return;
  // A name that is mistyped may be why.
  for (const odd of oddNames(process.env)) terminal.err(odd);
}

const COMMANDS: Readonly<
  Record<Command, (config: Config, args: Arguments, warnings: readonly string[]) => Promise<ExitCode>>
> = {
  run,
  once: (config, { json }, warnings) =>
    withInventory(config, warnings, async (inventory) => {
      await clearLeftovers(config.targetsFile);
      return once(inventory, json, terminal);
    }),
  accept: (config, { operands: [digest], undo }) => accept(config, { digest, undo }, terminal),
  check: (config, { json }, warnings) =>
    withInventory(config, warnings, (inventory) =>
      check(inventory, async () => (await askLiveness(config)) === undefined, json, terminal),
    ),
  verify: runVerify,
  show: (config, { json }) => show(config, json, terminal),
  reload: (config) => reload(config, terminal),
  healthcheck: async (config) => {
    const fault = await askLiveness(config);
    if (fault !== undefined) terminal.err(fault);
    return fault === undefined ? EXIT.ok : EXIT.failed;
  },
};

function askLiveness({ listenAddress, webConfigFile }: Config): Promise<string | undefined> {
  return healthcheck(listenAddress, { webConfigFile });
}

const UNOBSERVED = { requested() {}, retried() {}, written() {}, restored() {}, writeFailed() {} };

async function withInventory(
  config: Config,
  warnings: readonly string[],
  use: (inventory: Inventory) => Promise<ExitCode>,
): Promise<ExitCode> {
  const client = createHttpClient({ proxies: config.proxies });
  for (const warning of warnings) terminal.err(warning);
  const inventory = await takeOver(config, { client, version, observer: UNOBSERVED, warn: terminal.err });
  const code = await use(inventory);
  await client.close();
  return code;
}

async function runVerify(config: Config, args: Arguments, warnings: readonly string[]): Promise<ExitCode> {
  // Each has its own: nothing that is meant for the inventory may reach another server.
  const { proxies } = config;
  const [client, prometheus] = [createHttpClient({ proxies }), createHttpClient({ proxies })];
  const headers = prometheusHeaders(`inventory-sd/${version}`, args['headers-file']);
  for (const warning of warnings) terminal.err(warning);
  const verification = {
    inventory: inventorySource(config, { client, version, observer: UNOBSERVED }),
    targetsFile: config.targetsFile,
    servers: args.prometheus.map((url) => ({ client: prometheus, url, headers })),
    jobs: args.job,
    waitMs: args.waitMs,
  };
  const code = await verify(verification, args.json, terminal);
  await Promise.all([client.close(), prometheus.close()]);
  return code;
}

async function run(config: Config, _args: Arguments, warnings: readonly string[]): Promise<ExitCode> {
  const log = createLogger(config.logLevel);
  const stopping = stopSignal((signal) => log.info({ signal }, 'stopping'));
  let sidecar: Sidecar | undefined;
  // Without a listener this signal ends a process.
  process.on('SIGHUP', () => void sidecar?.poller.pollNow());
  log.info({ version, settings: showConfig(config) }, 'inventory-sd starts');
  for (const warning of warnings) log.warn(warning);

  const gate = await openGate(config.webConfigFile, LIVENESS_PATHS, log);
  const client = createHttpClient({ proxies: config.proxies });
  sidecar = await makeSidecar(config, client, log);
  const routes = serveRoutes(sidecar.routes, (err) => log.error({ err }, 'request failed'));
  const server = await startHttpServer(config.listenAddress, routes, { gate });
  log.info({ address: hostPort(server.address.host, server.address.port) }, 'listening');
  // Not before: a second start that finds its port taken leaves the files of the first alone.
  const cleared = await clearLeftovers(config.targetsFile);
  if (cleared > 0) log.info({ files: cleared }, 'leftovers of a killed run cleared');
  try {
    await sidecar.poller.run(stopping);
  } finally {
    await server.stop();
    await gate?.close();
    await client.close();
  }
  log.info('inventory-sd stopped');
  return EXIT.ok;
}

async function makeSidecar(config: Config, client: HttpClient, log: Logger): Promise<Sidecar> {
  const { staleAfterMs, inventoryUrl, targetsFile: targetFile } = config;
  const registry = new Registry();
  const constants = { version, intervalMs: config.updateIntervalMs, staleAfterMs };
  const metrics = createMetrics(registry, constants, () => facts());
  const warn = (message: string) => log.warn(message);
  const restored = () => {
    metrics.restored();
    warn(`${targetFile} was deleted or changed by another program; put back`);
  };
  const observer = { ...metrics, restored };
  const inventory = await takeOver(config, { client, version, observer, warn });
  const report = createReporter(log);
  const poller = createPoller({
    intervalMs: config.updateIntervalMs,
    timeoutMs: config.inventoryTimeoutMs,
    pass: (signal) => sync(inventory, systemClock, signal),
    clock: systemClock,
    random: Math.random,
    onResult(result, milliseconds) {
      metrics.passed(result, milliseconds);
      report(result, facts());
    },
  });
  const facts = () => factsOf(inventory, poller, staleAfterMs);
  const described = () => reportStatus({ ...facts(), version, inventoryUrl, targetFile, next: poller.next });
  const decide = async (decision: (now: Moment) => Promise<Outcome>) => {
    const outcome = await poller.between(() => decision(systemClock()));
    metrics.decided(outcome);
    const { added, removed, changed } = outcome;
    log.warn({ added, removed, changed }, 'a person accepted or undid a hold; target file written');
    return outcome;
  };
  const routes = endpoints({
    registry,
    poller,
    facts,
    report: described,
    accept: (digest) => decide((now) => acceptHeld(inventory, digest, now)),
    undo: () => decide((now) => undoAccept(inventory, now)),
  });
  return { poller, routes };
}

function factsOf(
  { guard, file, limits, answer }: Inventory,
  { status }: Poller,
  staleAfterMs: number,
): Facts {
  return {
    status,
    published: file.published,
    hold: heldAnswer(guard, limits),
    waiting: guard.waiting,
    contestedUntil: file.conflict.until,
    fileFailure: file.failure,
    account: answer?.account,
    staleAfterMs,
    now: systemClock(),
  };
}

interface Sidecar {
  readonly poller: Poller;
  readonly routes: Routes;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    terminal.err(messageOf(error));
    process.exitCode = EXIT.failed;
  },
);
