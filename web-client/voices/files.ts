/** Recordings as files: chosen, or dropped on their place. */
import { lengthOf } from './player.js';
import type { Take } from './takes.js';

/** The server takes no larger ones. */
export const MOST_BYTES = 20_000_000;
/** Of a compressed file that is opened to see how long it is: a larger one may be hours, and fill the memory. */
const MOST_OPENED = 4_000_000;
const LEAST_SECONDS = 3;
const MOST_SECONDS = 60;

export function fileDoor(root: HTMLElement, onFiles: (files: readonly File[]) => void): void {
  const input = root.querySelector('input[type=file]') as HTMLInputElement;
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])];
    // So that the same file can be chosen again.
    input.value = '';
    onFiles(files);
  });
  const mark = (isOver: boolean) => root.classList.toggle('over', isOver);
  root.addEventListener('dragover', (event) => {
    event.preventDefault();
    mark(true);
  });
  root.addEventListener('dragleave', () => mark(false));
  root.addEventListener('drop', (event) => {
    event.preventDefault();
    mark(false);
    onFiles([...(event.dataTransfer?.files ?? [])]);
  });
}

export async function takeOf(file: File): Promise<Take> {
  if (file.size > MOST_BYTES) {
    const trouble = 'Too large: a file may have at most 20 MB.';
    return { file, name: file.name, seconds: null, trouble };
  }
  const isOpened = file.size <= MOST_OPENED || /\.(wav|flac)$/i.test(file.name);
  const seconds = isOpened ? await lengthOf(file) : null;
  return { file, name: file.name, seconds, trouble: lengthTrouble(seconds) };
}

function lengthTrouble(seconds: number | null): string | null {
  if (seconds === null) return null;
  if (seconds < LEAST_SECONDS) return `Too short: a recording has to last at least ${LEAST_SECONDS} seconds.`;
  return seconds > MOST_SECONDS ? `Too long: a recording may last at most ${MOST_SECONDS} seconds.` : null;
}
