/** A renewed certificate without a restart: SIGHUP, as other servers have it. */
import type { Server as PlainServer } from 'node:http';
import { Server } from 'node:https';
import { isatty } from 'node:tty';
import type { Logger } from 'pino';
import { asParleyError } from '../errors.js';
import type { Certificate } from './certificate.js';

export interface Renewal {
  readonly server: PlainServer;
  /** Throws if the files are no certificate that could be used. */
  readonly read: () => Certificate | null;
  readonly log: Logger;
}

interface Fate {
  readonly hasTerminal: () => boolean;
  /** Does what the signal does by itself. */
  readonly die: () => void;
}

const ownFate: Fate = {
  // Any of the three, for the others may lead to files.
  hasTerminal: () => [0, 1, 2].some(isatty),
  die: () => void process.kill(process.pid, 'SIGHUP'),
};

/** Only for a server that speaks TLS: for others the signal keeps the meaning that it has by itself. */
export function renewOnHangUp({ server, read, log }: Renewal, { hasTerminal, die } = ownFate): void {
  const hadTerminal = hasTerminal();
  const onHangUp = () => {
    if (hadTerminal && !hasTerminal()) {
      // The signal's first meaning: whoever started this in a terminal has closed that. An orderly end would not come
      // to its own: Node aborts where it cannot put back a terminal as it was.
      process.off('SIGHUP', onHangUp);
      return die();
    }
    try {
      renew(server, read(), log);
    } catch (thrown) {
      // Only the sentence: OpenSSL's errors are none of a log's business.
      log.error(`The certificate was not renewed, the old one stays. ${asParleyError(thrown).message}`);
    }
  };
  process.on('SIGHUP', onHangUp);
}

/** Connections that stand keep the old one; those that come get the new one. */
function renew(server: PlainServer, certificate: Certificate | null, log: Logger): void {
  if (certificate === null || !(server instanceof Server)) return;
  server.setSecureContext(certificate.pair);
  // Nothing is wrong, but whoever sent the signal looks here whether it came to the right process.
  log.warn('the certificate was read again');
  if (certificate.warning !== null) log.warn(certificate.warning);
}
