// Has answers read by a thread of their own, so that the page never stands still.

import { RequestError } from '../kit/request.ts';
import type { Reading, TargetRow } from './row.ts';
import { startThread } from './thread.ts';

export interface Task {
  readonly id: number;
  readonly bytes: ArrayBuffer;
}

/** Rows come first, the counts last. */
export type Piece = { readonly id: number } & (
  | { readonly rows: readonly TargetRow[] }
  | { readonly droppedCounts: Reading['droppedCounts'] }
  | { readonly fault: string }
);

/** @returns what reads an answer. It throws RequestError for what is no answer, and when a newer one has come. */
export function createReader(): (bytes: ArrayBuffer) => Promise<Reading> {
  const worker = startThread();
  let newest: Task['id'] = 0;
  let rows: TargetRow[] = [];
  let waiting: PromiseWithResolvers<Reading> | undefined;

  worker.addEventListener('message', ({ data: piece }: MessageEvent<Piece>) => {
    if (piece.id !== newest) return;
    if ('rows' in piece) rows.push(...piece.rows);
    else if ('fault' in piece) waiting?.reject(new RequestError('refused', piece.fault));
    else waiting?.resolve({ rows, droppedCounts: piece.droppedCounts });
  });
  worker.addEventListener('error', () => {
    waiting?.reject(new Error('cannot read the targets: their thread has failed'));
  });

  return (bytes) => {
    waiting?.reject(new RequestError('stopped', 'a newer answer has come'));
    waiting = Promise.withResolvers<Reading>();
    rows = [];
    newest += 1;
    worker.postMessage({ id: newest, bytes } satisfies Task, [bytes]);
    return waiting.promise;
  };
}
