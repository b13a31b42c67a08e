/** Numbers as a reader meets them. */

/** Milliseconds are told whole: what is behind the point is less than any two runs differ by. */
export function whole(value: number): string {
  return String(Math.round(value));
}

export function signed(value: number): string {
  const rounded = Math.round(value);
  if (rounded === 0) return '0';
  return rounded > 0 ? `+${rounded}` : `\u2212${-rounded}`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

export const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} KB`;

/** Two digits that say something, however small it is: 0.031 % is not 0 %. */
export function percentage(share: number): string {
  const value = share * 100;
  if (value === 0) return '0 %';
  return `${Number(value.toPrecision(2))} %`;
}

/** 2026-11-22 17:04 UTC; what is no date is left as it is. */
export function moment(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
