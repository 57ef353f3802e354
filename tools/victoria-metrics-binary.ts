// The VictoriaMetrics of this machine: on PATH, or in a folder of PROMETHEUS_DIRS.

import { findProgram } from './find-program.ts';

/** The path of one of its programs; undefined when there is none. */
export function findVictoriaMetrics(
  env: NodeJS.ProcessEnv = process.env,
  program: 'victoria-metrics' | 'vmagent' = 'victoria-metrics',
): Promise<string | undefined> {
  return findProgram(program, [env.PATH, env.PROMETHEUS_DIRS]);
}
