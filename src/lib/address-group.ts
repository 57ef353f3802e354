// Addresses that are one neighbour: an IPv4 address, or all of an IPv6 network of 64 bits, which one host can use.

/** @returns a key; IPv4 in IPv6 is the IPv4 address. */
export function addressGroup(address: string): string {
  const plain = address.replace(/%.*$/, '').toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1];
  if (mapped !== undefined || !plain.includes(':')) return mapped ?? plain;
  const [head = [], tail] = plain.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const zeros = tail === undefined ? 0 : 8 - head.length - tail.length;
  return [...head, ...Array(Math.max(zeros, 0)).fill('0'), ...(tail ?? [])].slice(0, 4).join(':');
}
