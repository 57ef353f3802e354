// What `verify` found, for programs as it stands, for people as lines. Pure.

import { countKinds, differenceTable } from './difference-table.ts';
import { DIFFERENCE_NAMES, type Difference, type DifferenceKind } from './differences.ts';

/** What `verify --json` prints. */
export interface VerifyReport {
  readonly kind: 'no_difference' | 'differences';
  /** `setAside`: entries that are no target because something is wrong with them; `check` names them. */
  readonly inventory: { readonly targets: number; readonly setAside: number };
  readonly file: {
    readonly path: string;
    readonly targets: number;
    /** How many of them the inventory no longer lists, and REMOVAL_GRACE keeps. */
    readonly graced: number;
  };
  readonly prometheus: {
    /** Every server that was asked, and its scrape jobs that read the file. */
    readonly servers: readonly { readonly url: string; readonly jobs: readonly string[] }[];
    /** How many targets of the file are scraped, and how many of them well by every server that does. */
    readonly active: number;
    readonly up: number;
  };
  readonly differences: readonly Difference[];
}

/** The table of the differences, and one line that sums up. */
export function describeReport(report: VerifyReport): string[] {
  const { differences, inventory, file, prometheus } = report;
  const { servers, active, up } = prometheus;
  const setAside = inventory.setAside === 0 ? '' : ` (${inventory.setAside} set aside)`;
  const graced = file.graced === 0 ? '' : ` (${file.graced} in their grace)`;
  const lists = `inventory ${inventory.targets}${setAside}, ${file.path} ${file.targets}${graced}, Prometheus ${active} (${describeJobs(report)}), up ${up}`;
  const table = differenceTable(differences, servers.length > 1);
  return [...table, `${describeCounts(differences)}: ${lists}`];
}

function describeCounts(differences: readonly Difference[]): string {
  if (differences.length === 0) return 'no difference';
  const counts = Object.entries(countKinds(differences)) as [DifferenceKind, number][];
  const kinds = counts.map(([kind, count]) => `${count} ${DIFFERENCE_NAMES[kind]}`).join(', ');
  return `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'} (${kinds})`;
}

function describeJobs({ prometheus }: VerifyReport): string {
  const jobs = [...new Set(prometheus.servers.flatMap((server) => server.jobs))];
  if (jobs.length === 0) return 'no scrape job has a target of this file';
  return `${jobs.length === 1 ? 'job' : 'jobs'} ${jobs.join(', ')}`;
}
