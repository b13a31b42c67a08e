/** The panel that says which engine does which job, and what would do it better. */
import type { EngineInUse } from './about.js';

export function showEngines(panel: HTMLElement, engines: readonly EngineInUse[], version: string): void {
  panel.querySelector('dl')?.replaceChildren(...engines.map(row));
  (panel.querySelector('.version') as HTMLElement).textContent = version;
}

function row({ job, engine, why, better }: EngineInUse): HTMLElement {
  const element = document.createElement('div');
  element.append(
    text('dt', job),
    text('dd', engine ?? 'none', 'engine'),
    text('dd', why, 'why'),
    ...better.map(({ engine: name, enable }) => {
      const line = text('dd', `For ${name}: `, 'better');
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
