import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

/** Stands in for a server or a part of the product: answers at a port, and notes when it is asked to end. */
const [port, name, notes] = process.argv.slice(2);
console.log(`${name} begins`);
const server = createServer((request, response) => {
  if (request.url !== '/die') return response.end(name);
  console.log(`the last words of ${name}`);
  process.exit(3);
});
server.on('error', (error) => {
  console.error(error);
  process.exit(1);
});
server.listen(Number(port), '127.0.0.1');
process.on('SIGTERM', () => {
  appendFileSync(notes, `${name}\n`);
  process.exit(0);
});
