// `inventory-sd show`: what the running sidecar knows, for people or (`--json`) for programs.

import { factsOf, type StatusReport } from '../status-report.ts';
import { ask, WAIT_MS } from './ask.ts';
import type { OwnServer } from './own-server.ts';
import { EXIT, type ExitCode, type Terminal } from './terminal.ts';

/** @throws AppError when no sidecar answers. */
export async function show(server: OwnServer, asJson: boolean, terminal: Terminal): Promise<ExitCode> {
  const question = { method: 'GET', path: '/status', waitMs: WAIT_MS.status, isOurs: isReport } as const;
  const { body } = await ask(server, question);
  if (asJson) terminal.out(body);
  else print(JSON.parse(body) as StatusReport, terminal);
  return EXIT.ok;
}

function isReport(body: string): boolean {
  try {
    const report = JSON.parse(body) as Partial<StatusReport> | null;
    return typeof report?.state === 'string' && report.inventory !== undefined && report.file !== undefined;
  } catch {
    return false;
  }
}

function print(report: StatusReport, terminal: Terminal): void {
  terminal.out(report.state);
  for (const [name, value] of factsOf(report)) terminal.out(`${`${name}:`.padEnd(14)}${value}`);
}
