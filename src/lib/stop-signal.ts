// SIGTERM and SIGINT as one AbortSignal.

/**
 * Listens for as long as the process lives: Ctrl-C under npm arrives twice, and a library's own listener
 * (write-file-atomic's, while a file is written) ends the process unless it finds another beside it.
 * @param onStop told which signal came first.
 */
export function stopSignal(onStop: (signal: NodeJS.Signals) => void): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted) onStop(name);
      controller.abort();
    });
  }
  return controller.signal;
}
