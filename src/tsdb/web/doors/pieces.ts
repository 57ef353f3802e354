// Many short texts as fewer long ones, so that a socket has little to do for each.

/** About how long a piece is, in characters. */
const PIECE = 65_536;

export async function* pieces(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const text of texts) {
    piece += text;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
