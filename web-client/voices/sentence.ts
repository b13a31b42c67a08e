/** What the server says, as one line for a person. Pure. */

/** What is wrong, and what to do about it, where that is not the same. */
export function sentenceOf({ message, what_to_do }: { message?: string; what_to_do?: string }): string {
  return [...new Set([message, what_to_do])].filter((part) => part !== undefined).join(' ');
}
