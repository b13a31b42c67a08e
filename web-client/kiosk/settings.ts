/** What the address of the kiosk says, as in `/kiosk?silence=20&listen=off`. Pure. */

export interface KioskSettings {
  /** How long nobody says anything before the conversation is wiped. */
  readonly silenceMs: number;
  /** False: the microphone stays closed, and one talks by touch. */
  readonly listens: boolean;
  /** False: no questions to touch. */
  readonly suggests: boolean;
  /** Whose face is shown; null: the server's own choice. */
  readonly avatar: string | null;
}

const USUAL_SILENCE_SECONDS = 45;
/** Less would wipe while somebody thinks of an answer. */
const LEAST_SILENCE_SECONDS = 5;

export function kioskSettings(query: string): KioskSettings {
  const asked = new URLSearchParams(query);
  const seconds = Number(asked.get('silence') ?? USUAL_SILENCE_SECONDS);
  return {
    silenceMs: 1000 * (Number.isFinite(seconds) ? Math.max(LEAST_SILENCE_SECONDS, seconds) : USUAL_SILENCE_SECONDS),
    listens: asked.get('listen') !== 'off',
    suggests: asked.get('suggestions') !== 'off',
    avatar: asked.get('avatar'),
  };
}
