// The page of status: what the server says of itself.

import { onAddress, writeAddress } from '../kit/address.ts';
import { startAgo } from '../kit/ago.ts';
import { element } from '../kit/element.ts';
import { Poll } from '../kit/poll.ts';
import { showShell } from '../kit/shell.ts';
import { type Answers, loadAnswers } from './answers.ts';
import { cardinalityContent } from './cardinality.ts';
import { ingestContent } from './ingest.ts';
import { section } from './section.ts';
import { buildContent, configContent, flagsContent, runtimeContent } from './server.ts';
import { queueContent, storeContent } from './store.ts';
import { createTopChoice, readTop, type TopCount, writeTop } from './top-choice.ts';

const EVERY_MS = 10_000;

const { main, zone, connection } = showShell('status');
const sections = [
  section('Store', 'ingest', storeContent, zone),
  section('Queue', 'ingest', queueContent, zone),
  section('Ingest', 'ingest', ingestContent, zone),
  section('Cardinality', 'tsdb', cardinalityContent, zone),
  section('Process', 'runtime', runtimeContent, zone),
  section('Build', 'build', buildContent, zone),
  section('Flags', 'flags', flagsContent, zone),
  section('Configuration', 'config', configContent, zone),
];
let top = readTop(location.search);
let standing: Answers | undefined;

const choice = createTopChoice((chosen) => {
  writeAddress(writeTop(chosen), true);
  change(chosen);
});
const holder = element('div', { class: 'status' }, ...sections.map(({ element }) => element));
holder.hidden = true;
sections[3]?.element.querySelector('h2')?.after(choice.element);
choice.show(top);
main.append(holder);
startAgo(zone);
zone.subscribe(show);
onAddress((query) => change(readTop(query)));

const poll = new Poll({
  everyMs: EVERY_MS,
  load: (signal) => loadAnswers(top, signal),
  show(answers) {
    standing = answers;
    show();
  },
  connection,
});

function show(): void {
  if (standing === undefined) return;
  holder.hidden = false;
  for (const { show } of sections) show(standing);
}

function change(chosen: TopCount): void {
  top = chosen;
  choice.show(top);
  poll.refresh();
}
