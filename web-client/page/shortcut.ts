/** Whether Alt and this letter were pressed. */

/** Where Alt and a letter make another one (µ on a Mac), that is typed in a field and presses no button. */
export function isShortcut(event: KeyboardEvent, letter: string): boolean {
  const { altKey, ctrlKey, metaKey, code, key, target } = event;
  if (!altKey || ctrlKey || metaKey || code !== `Key${letter}`) return false;
  return key.toUpperCase() === letter || !(target instanceof HTMLTextAreaElement);
}
