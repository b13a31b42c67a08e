/** What is read aloud, and the sentence by which somebody agrees. Pure. */

/** Of 15 to 20 seconds each, with questions, numbers and all the sounds of English in them. */
const TEXTS = [
  'Early on Thursday the market square is still empty. A van with fresh bread stops at the corner, two dogs watch it ' +
    'closely, and somebody whistles. Would you like a warm roll for the way? They cost sixty pence, and by half past ' +
    'eight there is not one left.',
  'My grandmother kept a small radio on the kitchen shelf. Whenever a song came that she knew, she turned it up and ' +
    'danced, with a spoon in her hand and flour on her sleeves. What a joy it was to watch! I can hear that tune even now.',
  'The path up the hill is steep, but short. Follow the stone wall as far as the old oak, then keep left. From the top you ' +
    'see both lakes, the railway bridge, and on a clear evening the lights of five villages. Take a jacket along: it is ' +
    'windy up there.',
] as const;

export const textFor = (take: number): string => TEXTS[take % TEXTS.length] as string;

const SPEAKER = '…';

/** To be read, and changed where it is not true. */
export function consentOf(speaker: string, on: Date): string {
  const date = on.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
  return `On ${date} I, ${speaker.trim() || SPEAKER}, who speak in these recordings, agree that a voice is made of them and that Parley speaks with it.`;
}

export const LEAST_CONSENT = 10;

/** What is missing in it; null: nothing. */
export function consentTrouble(text: string): string | null {
  if (text.includes(`I, ${SPEAKER},`))
    return 'Say who speaks in the recordings: write the name above, or into the sentence.';
  return text.trim().length < LEAST_CONSENT ? 'Write a sentence by which whoever speaks agrees.' : null;
}
