/** The panel that says which engine does which job, and what would do it better. */
import type { EngineInUse } from './about.js';

export function showEngines(panel: HTMLElement, engines: readonly EngineInUse[], version: string): void {
  panel.querySelector('dl')?.replaceChildren(...engines.map(row));
  (panel.querySelector('.version') as HTMLElement).textContent = version;
}

/** Why this server does not listen, with the line that would change it; undefined if it does, or does not say. */
export function whyDeaf(engines: readonly EngineInUse[]): string | undefined {
  const recogniser = engines.find(({ job }) => job === 'recogniser');
  if (recogniser === undefined || (recogniser.engine !== null && recogniser.engine !== 'none')) return undefined;
  const enable = recogniser.better[0]?.enable;
  const sentence = 'This server does not listen: it has no speech recogniser. You can write instead.';
  return enable === undefined ? sentence : `${sentence} To give it one: ${enable}`;
}

/** The same of its voice. */
export function whyMute(engines: readonly EngineInUse[]): string | undefined {
  const voice = engines.find(({ job }) => job === 'voice');
  if (voice === undefined || (voice.engine !== null && voice.engine !== 'none')) return undefined;
  return 'This server has no voice: what you ask is answered in writing.';
}

function row({ job, engine, why, fallbacks, better }: EngineInUse): HTMLElement {
  const element = document.createElement('div');
  element.append(
    text('dt', job),
    text('dd', engine ?? 'none', 'engine'),
    text('dd', why, 'why'),
    ...(fallbacks.length === 0 ? [] : [text('dd', `If it fails: ${fallbacks.join(', ')}`, 'why')]),
    ...better.map(({ engine: name, why: obstacle, enable }) => {
      const line = text('dd', `For ${name} (${obstacle}): `, 'better');
      line.append(text('code', enable));
      return line;
    }),
  );
  return element;
}

function text(tag: string, content: string, className = ''): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = content;
  element.className = className;
  return element;
}
