/** What a clock fills in: {time}, {date}, {day}, {year} and {daytime}, in the persona's language. */
import { CLOCK_PLACEHOLDERS } from '../../../persona-schema.js';

export function fillClock(text: string, now: Date, language: string): string {
  let filled = text;
  for (const name of CLOCK_PLACEHOLDERS) {
    const mark = `{${name}}`;
    if (filled.includes(mark)) filled = filled.replaceAll(mark, read(name, now, language));
  }
  return filled;
}

function read(name: (typeof CLOCK_PLACEHOLDERS)[number], now: Date, language: string): string {
  const format = (options: Intl.DateTimeFormatOptions) =>
    // Formats come with narrow no-break spaces, which not every voice takes for spaces.
    new Intl.DateTimeFormat(language, options).format(now).replace(/\s/g, ' ');
  switch (name) {
    case 'time':
      return format({ hour: 'numeric', minute: '2-digit' });
    case 'date':
      return format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
    case 'day':
      return format({ weekday: 'long' });
    case 'year':
      return format({ year: 'numeric' });
    case 'daytime':
      return now.getHours() < 12 ? 'morning' : now.getHours() < 18 ? 'afternoon' : 'evening';
  }
}
