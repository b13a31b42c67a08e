import { randomUUID } from 'node:crypto';

/** An id that tells what it names: `item_`, `resp_`, `sess_`, `call_`. */
export function newId(kind: 'item' | 'resp' | 'sess' | 'call' | 'conv'): string {
  return `${kind}_${randomUUID().replaceAll('-', '').slice(0, 21)}`;
}
