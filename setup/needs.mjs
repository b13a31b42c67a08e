/** What local speech needs on disk, as far as it is known before anybody was asked: for a person who has to decide. */

/** In MB, of the weights. */
const WHISPERS = {
  tiny: 80,
  base: 150,
  small: 490,
  medium: 1530,
  'large-v1': 3090,
  'large-v2': 3090,
  'large-v3': 3090,
  large: 3090,
  'large-v3-turbo': 1620,
  turbo: 1620,
  'distil-small.en': 340,
  'distil-medium.en': 790,
  'distil-large-v2': 1520,
  'distil-large-v3': 1520,
};
const KOKORO = 360;
const XTTS = 1900;

const SPEECH = 'about 0.5 GB in var/speech (which Whisper and Kokoro share)';
const DICTIONARY = '0.25 GB for the dictionary of English';

/** One line. */
export function needsOf(engine, { torch, size, isOwn }) {
  const weights = (most) => (isOwn ? 'no weights: a setting leads to your own' : `${said(most)} of weights`);
  if (engine === 'coqui') return `about 5.5 GB in var/coqui, ${weights(XTTS)}`;
  if (engine === 'kokoro') {
    const environment = torch ? 'about 6 GB in var/kokoro' : SPEECH;
    return `${environment}, ${DICTIONARY}, ${weights(KOKORO)}`;
  }
  return `${SPEECH}, ${weights(WHISPERS[size] ?? WHISPERS[size.replace(/\.en$/, '')])}`;
}

function said(most) {
  if (most === undefined) return 'a size that only the hub knows';
  return most < 1000 ? `about ${most} MB` : `about ${(most / 1000).toFixed(1)} GB`;
}
