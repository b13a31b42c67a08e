/** The element's shadow tree. */

const ICON = 'width="20" height="20" viewBox="0 0 20 20" aria-hidden="true"';
const STROKE = 'fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"';

export const STAGE_MARKUP = `
<div class="frame offline" part="frame">
  <canvas part="face" role="img" aria-label="The avatar is loading" width="512" height="512"></canvas>
  <div class="veil" part="veil">
    <button class="start" part="start" type="button">
      <svg ${ICON} fill="currentColor"><path
        d="M5 3.6c0-1 1.1-1.7 2-1.1l9.2 6.3c.8.6.8 1.8 0 2.4L7 17.5c-.9.6-2 0-2-1.1z"/></svg>
      <span>Start the conversation</span>
    </button>
  </div>
  <div class="light" part="light"><i></i><span></span></div>
  <div class="controls">
    <button class="microphone" part="microphone" type="button" aria-pressed="false" aria-label="Microphone">
      <svg ${ICON} ${STROKE}>
        <rect class="body" x="7" y="2.5" width="6" height="9.5" rx="3"/>
        <path d="M4 9.5a6 6 0 0 0 12 0M10 15.5v2.5"/>
        <path class="struck" d="m3.5 3 13 14"/>
      </svg>
    </button>
    <div class="sound" part="sound">
      <button class="mute" type="button" aria-pressed="false" aria-label="Mute">
        <svg ${ICON} ${STROKE}>
          <path d="M3 8v4h2.8L10 15.5v-11L5.8 8z" fill="currentColor"/>
          <path class="waves" d="M12.8 7.6a3.4 3.4 0 0 1 0 4.8M15 5.4a6.5 6.5 0 0 1 0 9.2"/>
          <path class="cross" d="m13 8 4 4m0-4-4 4"/>
        </svg>
      </button>
      <input type="range" min="0" max="1" step="0.05" value="1" aria-label="Volume">
    </div>
  </div>
  <p class="note" part="note" role="status"></p>
</div>
<p class="caption" part="caption" aria-hidden="true"></p>`;
