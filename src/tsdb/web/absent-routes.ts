// What this server has none of: rules, alerts, exemplars. Clients ask for them; a true answer is an empty one.

import { parseSyntax } from '../promql/syntax.ts';
import { one, timeOf } from './parameters.ts';
import { type Asked, type Route, textParameter } from './route.ts';

export function absentRoutes(): Route[] {
  const door = (name: string, summary: string, data: object): Route => ({
    methods: ['GET'],
    url: `/api/v1/${name}`,
    tag: 'empty',
    summary,
    handle: () => ({ status: 'success', data }),
  });
  return [
    door('rules', 'No rules: this server evaluates none', { groups: [] }),
    door('alerts', 'No alerts', { alerts: [] }),
    door('alertmanagers', 'No Alertmanagers', { activeAlertmanagers: [], droppedAlertmanagers: [] }),
    {
      methods: ['GET', 'POST'],
      url: '/api/v1/query_exemplars',
      tag: 'empty',
      summary: 'No exemplars: this server keeps none',
      parameters: {
        query: textParameter('A PromQL expression.', 'up'),
        start: textParameter('RFC 3339 or Unix seconds.'),
        end: textParameter('RFC 3339 or Unix seconds.'),
      },
      handle({ parameters }: Asked) {
        timeOf(parameters, 'start');
        timeOf(parameters, 'end');
        // Not parseQuery: what is not evaluated here has no exemplars either.
        parseSyntax(one(parameters, 'query') ?? '');
        return { status: 'success', data: [] };
      },
    },
  ];
}
