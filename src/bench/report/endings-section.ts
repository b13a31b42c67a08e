/** How often somebody is cut off against how long everybody is waited for: the server's rules, and silence alone. */
import type { EndingPoint, Endings } from '../endings/scoring.js';
import { linePath, short } from './curve.js';
import { across, curve, down, type Frame, figure, xAxis, yAxis } from './figure.js';
import { html, type Markup } from './markup.js';
import { roundSpan, ticks } from './scale.js';
import { counted, whole } from './wording.js';

const HEIGHT = 220;

/** Null where it was not scored. */
export function endingsSection(endings: Endings | null): Markup | null {
  if (endings === null) return null;
  const { utterances, pauses, sttMs, chosen, words, silence } = endings;
  const share = ({ cutOff }: EndingPoint) => (100 * cutOff) / utterances;
  const all = [chosen, ...words, ...silence];
  const frame: Frame = {
    x: [0, roundSpan(all.map(share), 5)[1]],
    y: roundSpan(
      all.flatMap(({ delay }) => (delay === null ? [] : delay.p50)),
      5,
    ),
    height: HEIGHT,
  };
  const line = (points: readonly EndingPoint[], style: string) => {
    const path = points.map(({ delay, ...point }) =>
      delay === null ? null : ([across(frame, share({ delay, ...point })), down(frame, delay.p50)] as const),
    );
    return html`${curve(linePath(path), HEIGHT, `curve ${style}`)}${points.map((point) => dot(frame, share(point), point, style))}`;
  };
  const chart = figure({
    title: 'Wait behind whole words in ms (p50), over the share of utterances that are cut off',
    note: html`<span class="series one">by the words</span> <span class="series two">by silence alone</span> Lower and further left is better. Ringed: as the server is.`,
    label: described(endings),
    height: HEIGHT + 26,
    drawing: html`${yAxis(frame, ticks(frame.y, 5))}${xAxis(frame, '%')}${line(silence, 'two')}${line(words, 'one')}${ring(frame, share(chosen), chosen)}`,
  });
  const note = `${counted(utterances, 'scripted utterance')} with ${counted(pauses, 'pause')} in their midst; words known ${sttMs} ms after they are asked for.`;
  return html`${chart}<p>${note}</p>${table(endings)}`;
}

function dot(frame: Frame, share: number, { waitMs, delay }: EndingPoint, style: string): Markup | null {
  if (delay === null) return null;
  return html`<circle class="dot ${style}" cx="${short(across(frame, share))}%" cy="${short(down(frame, delay.p50))}" r="3.5"><title>${waitMs} ms</title></circle>`;
}

function ring(frame: Frame, share: number, { delay }: EndingPoint): Markup | null {
  if (delay === null) return null;
  return html`<circle class="dot faint" cx="${short(across(frame, share))}%" cy="${short(down(frame, delay.p50))}" r="7"/>`;
}

function table({ utterances, chosen, words, silence }: Endings): Markup {
  const row = (name: string, { waitMs, cutOff, delay }: EndingPoint) =>
    html`<tr><th scope="row">${name} ${waitMs}</th><td>${whole((100 * cutOff) / utterances)} %</td><td>${delay === null ? '–' : whole(delay.p50)}</td><td>${delay === null ? '–' : whole(delay.p95)}</td></tr>`;
  return html`<details><summary>In numbers</summary><table class="figures"><thead><tr><th scope="col">waited, ms</th><th scope="col">cut off</th><th scope="col">p50</th><th scope="col">p95</th></tr></thead>
<tbody>${row('as it is:', chosen)}${words.map((point) => row('words', point))}${silence.map((point) => row('silence', point))}</tbody></table></details>
`;
}

function described({ utterances, chosen, silence }: Endings): string {
  const { cutOff, delay } = chosen;
  const asMany = silence.find((point) => point.cutOff <= cutOff);
  const wait = delay === null ? 'nobody is waited for' : `a wait of ${whole(delay.p50)} ms`;
  const alone =
    asMany?.delay == null ? '' : `; silence alone cuts off no more only at a wait of ${whole(asMany.delay.p50)} ms`;
  return `As the server is, ${cutOff} of ${utterances} are cut off at ${wait}${alone}`;
}
