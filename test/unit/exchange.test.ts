/** One request by Node's own client, as `fetch` would have made it. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { openConnections } from '../../src/engines/vendors/connections.js';
import { fetchingLive } from '../../src/engines/vendors/live-fetch.js';
import { createAuthority, issue } from '../fixtures/certificate.js';
import { eventually } from '../fixtures/eventually.js';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await promisify(server.close.bind(server))();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const live = fetchingLive(openConnections());

describe('a request to a vendor', () => {
  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('is read though it is answered in %s, for which nobody has asked', async (encoding, compress) => {
    const url = await serve((request, response) => {
      expect(request.headers['accept-encoding']).toBe('identity');
      response.setHeader('content-encoding', encoding);
      response.end(compress('{"a":1}'));
    });
    expect(await (await live(url)).json()).toEqual({ a: 1 });
  });

  it('fails where an answer is compressed and damaged', async () => {
    const url = await serve((_, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end('{"a":1}');
    });
    await expect(live(url).then((response) => response.text())).rejects.toThrow('terminated');
  });

  it('fails where the server speaks of something else, and does not wait for ever', async () => {
    const url = await serve((_, response) => {
      response.socket!.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n');
    });
    await expect(live(url)).rejects.toThrow('fetch failed');
  });

  it('is sent as it stands in a Request', async () => {
    const url = await serve((request, response) => {
      void request.toArray().then((body) => {
        response.end(`${request.method} ${request.headers.authorization} ${Buffer.concat(body)}`);
      });
    });
    const request = new Request(url, { method: 'POST', headers: { authorization: 'key' }, body: 'words' });
    expect(await (await live(request)).text()).toBe('POST key words');
  });

  it('takes no more of a long answer than its reader does', async () => {
    const MANY = 64 * 1024 * 1024;
    let written = 0;
    let isHeldBack = false;
    const url = await serve((_, response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const more = () => {
        while (written < MANY) {
          written += chunk.length;
          if (!response.write(chunk)) {
            isHeldBack = true;
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
    });
    const { body } = await live(url);
    const reader = body!.getReader();
    await reader.read();
    await eventually(() => expect(isHeldBack).toBe(true));
    expect(written).toBeLessThan(MANY);
    let read = 0;
    for (let next = await reader.read(); !next.done; next = await reader.read()) read += next.value.length;
    expect(read).toBeGreaterThan(MANY - 1024 * 1024);
    expect(written).toBe(MANY);
  });

  it('lets go of the connection of an answer that nobody reads to its end', async () => {
    let isGone = false;
    const url = await serve((request, response) => {
      request.socket.once('close', () => {
        isGone = true;
      });
      response.write('the beginning');
    });
    const { body } = await live(url);
    await body!.cancel();
    await eventually(() => expect(isGone).toBe(true));
  });

  it('trusts the authorities that the operator names', async () => {
    const authority = await createAuthority();
    const { cert, key } = await issue(authority);
    const folder = mkdtempSync(join(tmpdir(), 'parley-ca-'));
    const trusted = join(folder, 'ca.pem');
    writeFileSync(trusted, authority.cert);
    const server = createSecureServer({ cert, key }, (_, response) => response.end('over TLS'));
    servers.push(server as unknown as Server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const module = new URL('../../dist/engines/vendors/live-fetch.js', import.meta.url).href;
    const program = `const { liveFetch } = await import('${module}'); console.log(await (await liveFetch('${url}')).text()); process.exit();`;
    const run = (env: Record<string, string>) =>
      new Promise<string>((resolve) => {
        const options = { env: { ...process.env, ...env } };
        execFile(process.execPath, ['--input-type=module', '-e', program], options, (_, output) => resolve(output));
      });
    expect(await run({ NODE_EXTRA_CA_CERTS: trusted })).toBe('over TLS\n');
    expect(await run({})).toBe('');
    rmSync(folder, { recursive: true });
  });
});
