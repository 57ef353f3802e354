import { readFile } from 'node:fs/promises';
import { build } from 'rolldown';
import { expect, test } from 'vitest';
import * as texts from '../../src/tsdb/push/grpc/texts.ts';
import { inlineProtos } from '../../tools/inline-protos.ts';

test('a bundle carries the .proto files and reads none', async () => {
  const { output } = await build({
    input: 'src/tsdb/push/grpc/texts.ts',
    platform: 'node',
    plugins: [inlineProtos()],
    output: { format: 'cjs' },
    write: false,
  });
  const { code } = output[0];
  expect(code).not.toContain('readFileSync(');
  const bundled = { exports: {} };
  new Function('module', 'exports', 'require', code)(bundled, bundled.exports, () => ({}));
  expect(bundled.exports).toMatchObject({ ...texts });
  expect(texts.METRICS_PROTO).toBe(await readFile('src/tsdb/push/metrics.proto', 'utf8'));
});
