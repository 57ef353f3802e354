import { expect, test } from 'vitest';
import { baseImages, composeImages } from '../../tools/container-images.ts';

test('FROM names an image unless it names a stage', () => {
  const dockerfile = [
    '# FROM commented:1',
    'ARG NODE=node:24-bookworm-slim',
    'FROM --platform=$BUILDPLATFORM node:24-slim AS build',
    'RUN echo FROM nowhere',
    'FROM build AS bundle',
    `FROM \${NODE} as inventory-sd`,
    'FROM scratch',
  ].join('\n');
  expect(baseImages(dockerfile)).toEqual(['node:24-slim', 'node:24-bookworm-slim']);
});

test('a service that is built here needs no image', () => {
  const services = {
    'inventory-sd': { image: 'inventory-sd', build: { context: '.' } },
    'inventory-server': { build: { context: '.' } },
    prometheus: { image: 'prom/prometheus:v3.5.3' },
  };
  expect(composeImages(JSON.stringify({ services }))).toEqual(['prom/prometheus:v3.5.3']);
});
