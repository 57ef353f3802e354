// Beside the page's own thread: reads an answer of many megabytes, and hands it over in pieces.

import { messageOf } from '../../../lib/errors.ts';
import { readAnswer } from './answer.ts';
import type { Piece, Task } from './reader.ts';

/** Few enough that to take one over is done within some milliseconds. */
const ROWS_A_PIECE = 500;

addEventListener('message', ({ data: { id, bytes } }: MessageEvent<Task>) => {
  const send = (piece: Piece) => postMessage(piece);
  try {
    const { rows, droppedCounts } = readAnswer(new TextDecoder().decode(bytes));
    for (let i = 0; i < rows.length; i += ROWS_A_PIECE) send({ id, rows: rows.slice(i, i + ROWS_A_PIECE) });
    send({ id, droppedCounts });
  } catch (error) {
    send({ id, fault: messageOf(error) });
  }
});
