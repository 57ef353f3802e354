// How a program on this machine asks for liveness without a password: it shows that it can read the server's own
// web configuration. The server takes it for the liveness paths only, and only from this machine.

const SCHEME = 'Liveness';
/** Both read the same clock; the span is for a busy machine. */
const VALID_SECONDS = 60;

/** The `Authorization` of one request. @param configuration the bytes of the web configuration file. */
export function proveLiveness(configuration: Uint8Array, path: string, nowMs: number): string {
  const seconds = String(Math.floor(nowMs / 1000));
  return `${SCHEME} ${seconds} ${digest(configuration, path, seconds)}`;
}

/** Whether `authorization` was made with one of these configurations, for this path and about now. */
export function isLivenessProof(
  authorization: string,
  configurations: readonly Uint8Array[],
  path: string,
  nowMs: number,
): boolean {
  const [scheme, seconds = '', given = ''] = authorization.split(' ');
  if (scheme !== SCHEME || !/^\d{1,12}$/.test(seconds)) return false;
  if (Math.abs(nowMs / 1000 - Number(seconds)) > VALID_SECONDS) return false;
  const { timingSafeEqual } = process.getBuiltinModule('node:crypto');
  const shown = Buffer.from(given);
  return configurations.some((configuration) => {
    const right = Buffer.from(digest(configuration, path, seconds));
    return right.length === shown.length && timingSafeEqual(right, shown);
  });
}

// Not imported: the health check of a server without a web configuration loads no cryptography.
function digest(configuration: Uint8Array, path: string, seconds: string): string {
  const { createHmac } = process.getBuiltinModule('node:crypto');
  return createHmac('sha256', configuration).update(`${path}\n${seconds}`).digest('hex');
}
