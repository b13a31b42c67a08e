/** What a schema finds, as the vendor's validation words it. */
import type { z } from 'zod';
import type { Complaint } from './refusals.js';

export const complaints = (place: 'body' | 'query', { issues }: z.ZodError): Complaint[] =>
  issues.flatMap((issue): Complaint[] => {
    const path = issue.path.filter((key) => typeof key !== 'symbol');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        loc: [place, ...path, key],
        msg: 'Extra inputs are not permitted',
        type: 'extra_forbidden',
      }));
    }
    const isMissing = issue.code === 'invalid_type' && issue.input === undefined;
    return [
      isMissing
        ? { loc: [place, ...path], msg: 'Field required', type: 'missing' }
        : { loc: [place, ...path], msg: issue.message, type: issue.code },
    ];
  });
