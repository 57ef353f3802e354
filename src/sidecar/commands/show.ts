// `inventory-sd show`: what the running sidecar knows, for people or (`--json`) for programs.

import type { ListenAddress } from '../../lib/listen-address.ts';
import { factsOf, type StatusReport } from '../status-report.ts';
import { ask } from './ask.ts';
import { EXIT, type ExitCode, type Terminal } from './terminal.ts';

/** @throws AppError when no sidecar answers. */
export async function show(address: ListenAddress, asJson: boolean, terminal: Terminal): Promise<ExitCode> {
  const { status, body } = await ask(address, 'GET', '/status');
  if (status !== 200) {
    terminal.err(`cannot show the status: ${status} ${body}`);
    return EXIT.failed;
  }
  if (asJson) terminal.out(body);
  else print(JSON.parse(body) as StatusReport, terminal);
  return EXIT.ok;
}

function print(report: StatusReport, terminal: Terminal): void {
  terminal.out(report.state);
  for (const [name, value] of factsOf(report)) terminal.out(`${`${name}:`.padEnd(14)}${value}`);
}
