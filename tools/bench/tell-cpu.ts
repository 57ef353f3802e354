// Loaded into a program that is measured: tells its parent how much CPU time it took so far, in microseconds.

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.channel?.unref();
