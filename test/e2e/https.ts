/** What fetch cannot do without a package more: a request to a server whose certificate only the test trusts. */
import type { IncomingHttpHeaders } from 'node:http';
import { type RequestOptions, request } from 'node:https';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The certificate that was shown, by its hash. */
  readonly fingerprint: string;
}

export function get(url: string, options: RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // Without an agent each request shakes hands anew, as a new visitor does.
    const sent = request(url, { agent: false, ...options }, (response) => {
      const { fingerprint256 } = (response.socket as import('node:tls').TLSSocket).getPeerCertificate();
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text) => {
        body += text;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, fingerprint: fingerprint256 });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}
