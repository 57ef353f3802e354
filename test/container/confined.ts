// What every container of docker-compose.yml has to keep to, looked at from inside and from outside.

import { expect } from 'vitest';
import type { ComposeProject } from './compose-project.ts';

/** Expects no root, no capability, no way to get one, and a file system that cannot be changed. */
export async function expectConfined(project: ComposeProject, service: string): Promise<void> {
  const { HostConfig } = await project.container(service);
  expect(HostConfig).toMatchObject({ ReadonlyRootfs: true, CapDrop: ['ALL'] });
  const status = await project.exec(service, 'cat', '/proc/1/status');
  const [uid] = /^Uid:\t\d+\t(\d+)/m.exec(status)?.slice(1) ?? [];
  expect(Number(uid)).toBeGreaterThan(0);
  for (const set of ['CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
    expect(status).toMatch(new RegExp(`^${set}:\\t0{16}$`, 'm'));
  expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  await expect(project.exec(service, 'touch', '/new')).rejects.toThrow('Read-only file system');
}
