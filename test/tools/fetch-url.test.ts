import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createFetchUrl } from '../../src/tools/fetch-url.ts';
import { createNetwork } from '../../src/tools/net/network.ts';
import type { ToolAnswer } from '../../src/tools/tool.ts';
import { closeLater } from '../support/close-later.ts';
import { outsideContext, publicNetwork, serve, type TestServer } from './support/outside.ts';

const page = `<!doctype html><html><head><title>Tides</title><script>document.title = 'ran'</script><style>p{}</style></head>
<body><nav><a href="/">Home</a></nav><article><h1>Tides of March</h1><p>${'The sea rises twice a day in this bay. '.repeat(20)}</p>
<ul><li>High at <b>six</b></li></ul><p><a href="/next">Next page</a> <a href="javascript:alert(1)">trap</a></p>
<table><tr><th>Day</th><th>Height</th></tr><tr><td>1</td><td>4.2 m</td></tr></table></article></body></html>`;

let server: TestServer;
beforeAll(async () => {
  server = await serve((request, response) => {
    const path = request.url ?? '';
    const send = (type: string, body: string | Buffer, status = 200, more = {}) =>
      response.writeHead(status, { 'content-type': type, ...more }).end(body);
    const to = (location: string) => response.writeHead(302, { location }).end();
    if (path === '/page') send('text/html; charset=utf-8', page);
    else if (path === '/unnamed') response.writeHead(200).end(page);
    else if (path === '/latin') send('text/plain; charset=iso-8859-1', Buffer.from('Zürich', 'latin1'));
    else if (path === '/json') send('application/json', '{"height": 4.2}');
    else if (path === '/zipped')
      send('text/plain', gzipSync('x'.repeat(50_000_000)), 200, { 'content-encoding': 'gzip' });
    else if (path === '/picture') send('image/png', 'png');
    else if (path === '/pdf') send('application/pdf', '%PDF-1.7');
    else if (path === '/missing') send('text/plain', 'Nothing is here.', 404);
    else if (path === '/silent') response.writeHead(200, { 'content-type': 'text/plain' }).write('…');
    else if (path === '/deep') send('text/html', `${'<div>'.repeat(60_000)}deep`);
    else if (path.startsWith('/hop/'))
      to(Number(path.slice(5)) > 1 ? `/hop/${Number(path.slice(5)) - 1}` : '/json');
    else if (path === '/to-metadata') to('http://169.254.169.254/latest/meta-data');
    else if (path === '/to-inside') to(`http://inside.test:${server.port}/json`);
    else if (path === '/to-file') to('file:///etc/passwd');
    else response.destroy();
  });
});

const get = (url: string, fields = {}, network = publicNetwork(), pageMs = 20_000): Promise<ToolAnswer> =>
  createFetchUrl({ network, pageMs, readPdf: async (bytes) => `PDF of ${bytes.length} bytes` }).run(
    outsideContext(fields),
    { url },
  );

describe('fetch_url', () => {
  test('reads a page as Markdown: the article, its links and tables; scripts neither run nor show', async () => {
    const answer = await get(server.at('/page'));
    expect(answer.isError).toBeUndefined();
    expect(answer.text).toContain('Title: Tides');
    expect(answer.text).toContain('The sea rises twice a day');
    expect(answer.text).toMatch(/-\s+High at \*\*six\*\*/);
    expect(answer.text).toContain(`[Next page](${server.at('/next')})`);
    expect(answer.text).toContain('| 1 | 4.2 m |');
    expect(answer.text).not.toMatch(/javascript:|document\.title|ran/);
  });

  test('knows a page whose sender names no kind', async () => {
    expect((await get(server.at('/unnamed'))).text).toContain('Title: Tides');
  });

  test('reads text in the encoding that its sender names, JSON as it is, and PDFs', async () => {
    expect((await get(server.at('/latin'))).text).toContain('Zürich');
    expect((await get(server.at('/json'))).text).toContain('{"height": 4.2}');
    expect((await get(server.at('/pdf'))).text).toContain('PDF of 8 bytes');
  });

  test('says what the server said when that was an error, and what cannot be read', async () => {
    expect(await get(server.at('/missing'))).toMatchObject({
      isError: true,
      text: expect.stringMatching(/Status: 404[^]*Nothing is here/),
    });
    expect(await get(server.at('/picture'))).toMatchObject({
      isError: true,
      text: expect.stringContaining('image/png'),
    });
  });

  test('follows five redirects and no more', async () => {
    expect((await get(server.at('/hop/5'))).text).toContain('height');
    expect(await get(server.at('/hop/6'))).toMatchObject({
      isError: true,
      text: expect.stringContaining('more than 5 times'),
    });
  });

  test('caps what comes in after it is unpacked', async () => {
    const answer = await get(server.at('/zipped'));
    expect(answer.text).toContain('[There is more; it was cut here.]');
    expect(answer.text.length).toBeLessThan(301_000);
  });

  test('a page that its reader never gets through is an answer, not a crash', async () => {
    const answer = await get(server.at('/deep'), {}, publicNetwork(), 1_500);
    expect(answer).toMatchObject({ isError: true, text: expect.stringContaining('page') });
  });

  test('stops when it is told to, and gives no answer then', async () => {
    const stop = new AbortController();
    const asked = server.seen.length;
    const running = get(server.at('/silent'), { signal: stop.signal });
    while (server.seen.length === asked) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await expect(running).rejects.toThrow('cancelled');
  });
});

describe('fetch_url goes to public addresses only', () => {
  const refused = async (url: string, network = publicNetwork()) => {
    const answer = await get(url, {}, network);
    expect(answer.isError).toBe(true);
    return answer.text;
  };
  const real = () => {
    const network = createNetwork({ allowsPort: () => true });
    closeLater('a network', () => network.close());
    return network;
  };

  test.each([
    '127.0.0.1',
    'localhost',
    '[::1]',
    '2130706433',
    '0x7f.1',
    '017700000001',
    '[::ffff:127.0.0.1]',
    '0.0.0.0',
  ])('this machine is not reached as %s', async (host) => {
    const before = server.seen.length;
    expect(await refused(`http://${host}:${server.port}/json`, real())).toContain(
      'not on the public internet',
    );
    expect(server.seen.length).toBe(before);
  });

  test.each(['/to-metadata', '/to-inside'])('a redirect to %s is not followed', async (path) => {
    const network = publicNetwork({
      resolve: async (host) => [{ address: host === 'inside.test' ? '10.0.0.7' : '127.0.0.1', family: 4 }],
    });
    expect(await refused(server.at(path), network)).toContain('not on the public internet');
  });

  test('a redirect to another kind of address is not followed', async () => {
    expect(await refused(server.at('/to-file'))).toContain('Only http and https');
  });

  test('a name is resolved once for a connection, and one inner address among its addresses refuses it', async () => {
    let asked = 0;
    const rebinding = publicNetwork({
      resolve: async () => {
        asked += 1;
        return [{ address: asked === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }];
      },
      allows: (address) => address === '127.0.0.1',
    });
    expect((await get(server.at('/json'), {}, rebinding)).text).toContain('height');
    expect(asked).toBe(1);
    const mixed = publicNetwork({
      resolve: async () => [
        { address: '1.1.1.1', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ],
      allows: (address) => address === '1.1.1.1',
    });
    expect(await refused('http://mixed.test/', mixed)).toContain('not on the public internet');
  });

  test.each([
    ['ftp://pages.example/', 'Only http and https'],
    ['file:///etc/passwd', 'Only http and https'],
    ['http://user:secret@pages.example/', 'must not hold a user name'],
    ['http://pages.example:22/', 'Port 22 is not allowed'],
    ['not an address', 'That is no address'],
    ['http://nowhere.test/', 'There is no host nowhere.test'],
  ])('%s is refused with the reason', async (url, reason) => {
    expect(await refused(url)).toContain(reason);
  });

  test('a server that hangs up is said to be unreachable', async () => {
    expect(await refused(server.at('/hangs-up'))).toContain('cannot be reached');
  });
});
