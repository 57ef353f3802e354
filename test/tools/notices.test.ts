import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { collectNotices } from '../../tools/notices.ts';

test('every package of a bundle is there with its licence, and no tool', async () => {
  const notices = await collectNotices();
  for (const name of Object.keys(manifest.dependencies)) expect(notices).toContain(`${name}\n\n`);
  expect(notices).toContain('fastify\n\nMIT License');
  // It brings no text, so it gets the usual one.
  expect(notices).toMatch(/abstract-logging\n\nMIT, by James Sumners .*\n\nPermission is hereby granted/);
  expect(notices).not.toMatch(/^(vitest|typescript|snappyjs|@biomejs\/biome)\n/m);
});
