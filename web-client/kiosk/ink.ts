/** Whether letters on this colour (#rrggbb) are best dark or light, as the eye weighs red, green and blue. Pure. */
export function inkOn(background: string): 'dark' | 'light' {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(background.slice(at, at + 2), 16) / 255);
  const brightness = 0.299 * (red ?? 0) + 0.587 * (green ?? 0) + 0.114 * (blue ?? 0);
  return brightness > 0.5 ? 'dark' : 'light';
}
