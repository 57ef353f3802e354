// Asks for an answer and reads nothing of it, or only its beginning; the test kills it then.

import { connect } from 'node:net';
import { connect as connectSecurely } from 'node:tls';

const [url = '', read = '0'] = process.argv.slice(2);
const { protocol, hostname, port, pathname, search } = new URL(url);
const socket =
  protocol === 'https:'
    ? connectSecurely({ host: hostname, port: Number(port), rejectUnauthorized: false })
    : connect({ host: hostname, port: Number(port) });
let left = Number(read);
if (left === 0) socket.pause();
socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`, () => console.log('asked'));
socket.on('data', (bytes) => {
  left -= bytes.length;
  if (left > 0) return;
  socket.pause();
  console.log('read');
});
setInterval(() => {}, 1000);
