// The documentation that is made from the routes.

import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import { docsPage } from '../../../src/tsdb/web/docs-page.ts';
import { readPageFiles } from '../../../src/tsdb/web/page-files.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { startTestWeb, type TestWeb } from './test-web.ts';

let web: TestWeb;
let document: { openapi: string; info: object; paths: Record<string, Record<string, Operation>> };

beforeAll(async () => {
  web = await startTestWeb(await openMemoryStore(), { pages: await somePages() });
  document = (await (await fetch(`${web.url}/api/openapi.json`)).json()) as typeof document;
});
afterAll(() => web.stop());

async function somePages() {
  const dir = await tempDir('docs');
  await mkdir(`${dir.path}/assets`);
  for (const name of ['targets.html', 'graph.html', 'status.html', 'assets/style.css'])
    await writeFile(`${dir.path}/${name}`, '');
  return readPageFiles(dir.path).finally(dir.remove);
}

interface Operation {
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly { name: string; in: string; required: boolean; schema: object }[];
  readonly requestBody?: { content: Record<string, { schema: { properties: object } }> };
  readonly responses: Readonly<Record<string, { description: string; content?: object }>>;
}

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

/** What is not 200. */
const SUCCESSES: Readonly<Record<string, string>> = {
  'get /': '302',
  'post /v1/metrics': '201',
  'post /api/v1/write': '204',
};

describe('the OpenAPI document', () => {
  test('names every door, by the methods that are meant to be used', () => {
    const doors = operations().map(({ path, method }) => `${method} ${path}`);
    expect(doors.sort()).toEqual(
      [
        ...['query', 'query_range', 'chart', 'series', 'labels'].flatMap((name) => [
          `get /api/v1/${name}`,
          `post /api/v1/${name}`,
        ]),
        'get /api/v1/label/{name}/values',
        'get /api/v1/metadata',
        'get /api/v1/targets',
        'get /api/v1/inventory_sd',
        'get /api/v1/scrape_pools',
        ...['config', 'flags', 'buildinfo', 'runtimeinfo', 'tsdb', 'ingest'].map(
          (name) => `get /api/v1/status/${name}`,
        ),
        'get /v1/metrics',
        'get /v1/metrics/{name}',
        'get /v1/metrics/{name}/{granularity}/{start}/{end}',
        'get /v1/export',
        'get /federate',
        'get /export',
        ...['rules', 'alerts', 'alertmanagers'].map((name) => `get /api/v1/${name}`),
        'get /api/v1/query_exemplars',
        'post /api/v1/query_exemplars',
        'get /-/healthy',
        'get /-/ready',
        'post /-/reload',
        'put /-/reload',
        'get /metrics',
        'post /metrics',
        'post /v1/metrics',
        'post /api/v1/write',
        ...['', 'targets', 'graph', 'status', 'assets/{file}'].map((name) => `get /${name}`),
        'get /api/openapi.json',
        'get /api/docs',
        'get /api/docs.css',
      ].sort(),
    );
  });

  // What the specification demands of a document, as far as ours has such parts.
  test('is valid for every door', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'mini-tsdb', version: '0' } });
    for (const { path, method, operation } of operations()) {
      const parameters = operation.parameters ?? [];
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const named = parameters.filter((parameter) => parameter.in === 'path');
      expect(named.map(({ name }) => name).sort()).toEqual(inPath.sort());
      expect(named.every(({ required }) => required)).toBe(true);
      expect(parameters.every((parameter) => ['path', 'query'].includes(parameter.in))).toBe(true);
      expect(new Set(parameters.map(({ name }) => name)).size).toBe(parameters.length);
      expect(parameters.every(({ schema }) => 'type' in schema || 'anyOf' in schema)).toBe(true);
      expect([operation.summary.length > 0, operation.tags.length]).toEqual([true, 1]);
      expect(Object.keys(operation.responses)).toEqual([SUCCESSES[`${method} ${path}`] ?? '200', 'default']);
      expect(Object.values(operation.responses).every(({ description }) => description.length > 0)).toBe(
        true,
      );
    }
    expect(JSON.stringify(document)).not.toContain('$ref');
  });

  test('gives a form what the address may hold', () => {
    const { get, post } = document.paths['/api/v1/query'] ?? {};
    const form = post?.requestBody?.content['application/x-www-form-urlencoded']?.schema.properties ?? {};
    expect(Object.keys(form)).toEqual(get?.parameters?.map(({ name }) => name));
  });

  test.each(['/export', '/federate'])('tells that %s answers in the text format', (path) => {
    const ok = document.paths[path]?.get?.responses['200'];
    expect(ok?.content).toEqual({
      'text/plain; version=0.0.4; charset=utf-8': { schema: { type: 'string' } },
    });
  });

  test('tells what opens /export, and what must be asked there', () => {
    const { description, parameters } = document.paths['/export']?.get ?? {};
    expect(description).toMatch(/--web\.enable-export-drain.* 403/);
    expect(description).toMatch(/without drain=true .* 400/i);
    expect(parameters?.map(({ name }) => name)).toEqual(['drain', 'limit']);
  });

  test('has doors that answer, all of them', async () => {
    for (const { path, method } of operations()) {
      const filled = path
        .replace('{name}', 'up')
        .replace('{file}', 'style.css')
        .replace('{granularity}/{start}/{end}', 'day/2026-01-01/2026-01-02');
      const answer = await fetch(web.url + filled, { method: method.toUpperCase(), redirect: 'manual' });
      await answer.text();
      const isOff = path === '/api/v1/write' && answer.status === 404;
      expect([path, isOff || [200, 302, 400, 403].includes(answer.status)]).toEqual([path, true]);
    }
    expect(web.failures).toEqual([]);
  });
});

describe('the page', () => {
  test('shows every door, runs nothing and loads nothing but its style', async () => {
    const answer = await fetch(`${web.url}/api/docs`);
    const html = await answer.text();
    expect(answer.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(html).not.toMatch(/<script|<style|\son\w+=|style="|javascript:/i);
    for (const { path, operation } of operations()) {
      expect(html).toContain(`<code>${path}</code>`);
      for (const text of [operation.summary, operation.description ?? ''])
        expect(html).toContain(text.replaceAll("'", '&#39;'));
    }
    const links = [...html.matchAll(/(?:href|src)="([^"#]+)"/g)].map(([, link = '']) => link);
    expect(links).toEqual(['docs.css', 'openapi.json', '../targets', '../graph', '../status']);
    for (const link of links) expect((await fetch(new URL(link, `${web.url}/api/docs`))).status).toBe(200);
  });

  test('escapes everything that stands in the document', () => {
    const bad = `<img src=x onerror="alert('1')">&`;
    const parameter = { name: bad, in: bad, description: bad, example: bad, schema: { type: 'string' } };
    const html = docsPage({
      info: { title: bad, version: bad },
      paths: { [bad]: { [bad]: { tags: [bad], summary: bad, description: bad, parameters: [parameter] } } },
    });
    expect(html).not.toMatch(/<img|onerror="/i);
    expect(html).toContain('&#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;&#38;');
  });
});
