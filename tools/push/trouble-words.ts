// What a door said, and what to do about it, in words.

import { type Answer, DOOR_FACTS, type DoorName } from './doors.ts';

/** `cannot push to …: STATUS: why (what to do)`. @param answer of a request that was not taken. */
export function troubleWords(door: DoorName, url: string, answer: Answer): string {
  const why = answer.why === answer.status || answer.why === '' ? '' : `: ${answer.why}`;
  const hint = hintOf(door, answer);
  return `cannot push to ${url}: ${answer.status}${why}${hint === '' ? '' : ` (${hint})`}`;
}

function hintOf(door: DoorName, { status, why }: Answer): string {
  const { flag } = DOOR_FACTS[door];
  if (['401', 'UNAUTHENTICATED'].includes(status))
    return 'name a file with a token of its --push.clients-file by --token-file';
  // Mostly it says so itself.
  if (['403', '404', 'UNIMPLEMENTED'].includes(status))
    return why.includes(flag) ? '' : `start mini-tsdb with ${flag}`;
  if (status === 'UNAVAILABLE' || status === 'ECONNREFUSED')
    return `is mini-tsdb there${door === 'grpc' ? `, with ${flag}` : ''}? --${door === 'grpc' ? 'grpc' : 'url'} says where it is`;
  return '';
}
