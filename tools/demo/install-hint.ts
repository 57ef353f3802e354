// How to get a Prometheus on this system.

/** @param osRelease the text of /etc/os-release, empty where there is none. */
export function installHint(osRelease: string): string {
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(osRelease)
    ? 'sudo apt-get install prometheus'
    : 'put prometheus and promtool of https://prometheus.io/download on PATH';
}
