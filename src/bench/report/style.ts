/** How reports look: the house's paper and ink, two colours that no kind of colour blindness takes for each other. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #f6f5f3;
  --ink: #191b20;
  --soft: #5d626d;
  --faint: #6a6f78;
  --line: #e3e2e0;
  --card: #fff;
  --tint: #eceae6;
  --one: #2f5fe0;
  --two: #b85c00;
  --bad: #b3261e;
  --rest: #b9bcc4;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
  -webkit-text-size-adjust: 100%;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0f1115;
    --ink: #eef0f4;
    --soft: #a5abb7;
    --faint: #8b929f;
    --line: #2d3139;
    --card: #191c22;
    --tint: #23272f;
    --one: #86a5ff;
    --two: #ffae57;
    --bad: #ff8f86;
    --rest: #4d535f;
  }
}
* { box-sizing: border-box; margin: 0; }
body { color: var(--ink); background: var(--paper); padding: 0 clamp(12px, 4vw, 56px) 64px; overflow-wrap: anywhere; }
body > * { max-width: 1120px; margin-inline: auto; }
header { padding: 28px 4px 22px; }
.wordmark { font-size: 15px; font-weight: 650; color: var(--soft); }
h1 { font-size: clamp(26px, 4vw, 40px); line-height: 1.12; font-weight: 680; letter-spacing: -0.03em; margin-top: 4px; }
header p { color: var(--soft); margin-top: 6px; max-width: 46em; text-wrap: pretty; }
.warning { padding: 16px 20px; margin-bottom: 16px; border-radius: 16px; border: 3px solid var(--bad); background: var(--card); font-size: 17px; }
.warning b { color: var(--bad); }
section, .headline { background: var(--card); border-radius: 22px; padding: clamp(16px, 3vw, 32px); margin-bottom: 16px; }
section > h2 { font-size: 21px; line-height: 1.25; font-weight: 660; letter-spacing: -0.015em; margin-bottom: 4px; }
section p { color: var(--soft); font-size: 15px; max-width: 48em; }
section h2 + figure, section h2 + .pairs, section h2 + dl, section h2 + table, section h2 + .falls { margin-top: 14px; }
.about { margin-bottom: 18px; }
.pairs + .about { margin-top: 26px; }
.headline { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 260px), 1fr)); gap: 24px 32px; }
.headline h2 { font-size: 15px; font-weight: 600; color: var(--soft); }
.value { font-size: clamp(40px, 5vw, 54px); line-height: 1.2; white-space: nowrap; font-weight: 680; letter-spacing: -0.04em; font-variant-numeric: tabular-nums; }
.value i { font-style: normal; font-weight: 300; color: var(--faint); }
.value span { font-size: 17px; font-weight: 600; letter-spacing: 0; color: var(--soft); }
.note { font-size: 15px; color: var(--soft); }
.note b { color: var(--ink); }
.bad { color: var(--bad); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 0 32px; }
.facts > div { padding: 10px 0; border-bottom: 1px solid var(--line); }
.facts dt { font-size: 13px; color: var(--faint); }
.facts dd { font-size: 15px; }
.facts dd span { color: var(--soft); font-size: 14px; }
.facts b { font-weight: 640; }
code { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; font-size: 0.86em; padding: 1px 5px; border-radius: 5px; background: var(--tint); display: inline-block; }
dl + dl, table + dl, .pairs + dl, figure + table { margin-top: 18px; }

table { width: 100%; border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 0 5px 12px; text-align: right; border-bottom: 1px solid var(--line); vertical-align: baseline; }
th { font-weight: 500; }
td, thead th { overflow-wrap: normal; }
thead th { white-space: nowrap; }
.turns thead th { white-space: normal; }
td.text, .stroke { overflow-wrap: anywhere; }
thead th { font-size: 13px; color: var(--faint); }
th:first-child, td:first-child { padding-left: 0; }
.stages th:first-child, .group, .text, .facing th:first-child { text-align: left; }
.group { padding-top: 16px; font-weight: 650; }
tbody th { text-align: left; }
.stages .n, .stages thead th:last-child { color: var(--faint); }
.stroke { width: 38%; min-width: 0; text-align: left; }
.stroke svg { display: block; position: relative; top: 2px; }
thead .stroke { font-size: 13px; color: var(--faint); }
.stroke .dot, i.dot { fill: var(--one); }
i.dot { display: inline-block; width: 8px; height: 8px; border-radius: 50%; background: var(--one); }
.range { stroke: var(--one); stroke-width: 4; }
.beyond { stroke: var(--rest); stroke-width: 2; }
.figures { max-width: 620px; }
.figures th:first-child, .figures td:first-child { text-align: right; width: 20%; }
caption { text-align: left; font-weight: 640; color: var(--ink); }
.figures + .figures { margin-top: 0; }
figure + .pairs { margin-top: 20px; }
.reasons td:first-child, .reasons th:first-child { width: 4em; text-align: right; }
.wide { overflow-x: auto; margin-top: 12px; }
.turns { font-size: 13px; }
.turns .text { min-width: 9em; }
.turns tbody tr.failure { background: var(--tint); }
summary { cursor: pointer; font-weight: 600; padding: 4px 0; }

figure { min-width: 0; }
figcaption { font-size: 15px; line-height: 1.4; margin-bottom: 22px; }
figcaption > b { font-weight: 640; display: block; }
figcaption span { color: var(--soft); font-size: 14px; }
figcaption span b { color: var(--ink); font-weight: 640; }
.plot { padding: 0 30px 0 44px; }
.fall .plot, .forest .plot { padding: 0 26px 0 8px; }
.plot svg { display: block; overflow: visible; }
.pairs { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 32px 40px; }
svg text { font-size: 12px; fill: var(--soft); font-variant-numeric: tabular-nums; }
svg .tick { fill: var(--faint); }
svg .mark, svg .stage, svg .failed { paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
svg .mark { fill: var(--ink); }
svg .stage { font-size: 13px; fill: var(--ink); }
svg .ms { font-weight: 650; }
svg .failed { fill: var(--bad); font-size: 15px; font-weight: 700; }
.grid { stroke: var(--line); stroke-width: 1; }
.base { stroke: var(--rest); stroke-width: 1; }
.bar { fill: var(--one); }
.p50, .p95, .over { stroke: var(--ink); stroke-width: 1; }
.p95 { stroke-dasharray: 3 3; }
.curve { fill: none; stroke: var(--one); stroke-width: 2; stroke-linejoin: round; }
.curve.two { stroke: var(--two); }
.curve.faint, .curve.faint.two { stroke-width: 1.5; stroke-dasharray: 5 4; }
circle.dot { fill: var(--one); }
circle.dot.two { fill: var(--two); }
circle.dot.faint { fill: var(--card); stroke: var(--one); stroke-width: 1.5; }
circle.dot.faint.two { stroke: var(--two); }
.limit { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 3; }
.limit.two { stroke: var(--two); }
.series { display: inline-block; margin-right: 14px; }
.series::before { content: ""; display: inline-block; width: 18px; height: 3px; margin-right: 6px; border-radius: 2px; vertical-align: middle; background: var(--one); }
.series.two::before { background: var(--two); }

.falls > input { position: absolute; opacity: 0; }
.falls > label { display: inline-block; padding: 6px 14px; margin: 0 4px 14px 0; border-radius: 99px; font-size: 14px; font-weight: 550; color: var(--soft); background: var(--tint); cursor: pointer; }
.falls > input:checked + label { color: var(--card); background: var(--ink); }
.falls > input:focus-visible + label { outline: 2.5px solid var(--one); outline-offset: 2px; }
.falls > input ~ .fall { display: none; }
.falls > #pick-0:checked ~ #fall-0, .falls > #pick-1:checked ~ #fall-1, .falls > #pick-2:checked ~ #fall-2 { display: block; }
.working { fill: var(--one); background: var(--one); }
.ahead { fill: var(--two); background: var(--two); }
.waiting { fill: var(--rest); background: var(--rest); }
.travelling { fill: var(--ink); background: var(--ink); }
.begun { stroke: var(--soft); stroke-width: 1; }
section .key { display: flex; flex-wrap: wrap; gap: 4px 18px; margin-top: 10px; font-size: 13px; }
.key span { background: none; }
.key span::before { content: ""; display: inline-block; width: 18px; height: 10px; margin-right: 6px; background: inherit; }
.key .working::before { background: var(--one); }
.key .ahead::before { background: var(--two); }
.key .waiting::before { background: var(--rest); }
.key .travelling::before { background: var(--ink); }




.whisker { stroke: var(--faint); stroke-width: 3; }
.whisker.shown { stroke: var(--one); }
.whisker.worse { stroke: var(--two); }
circle.unclear { fill: var(--faint); }
circle.shown { fill: var(--one); }
circle.worse { fill: var(--two); }
.zero { stroke: var(--ink); stroke-width: 1; }
footer { padding: 12px 4px; font-size: 14px; color: var(--faint); }

@media (max-width: 720px) {
  .stroke { display: none; }
  .facing .verdict, .forest .between { display: none; }
}
@media (max-width: 420px) {
  table { font-size: 13px; }
  th, td { padding-left: 7px; }
  .stages, .facing { font-size: 12px; }
  .stages th, .stages td, .facing th, .facing td { padding-left: 5px; }
  .plot { padding: 0 26px 0 38px; }
}
@media print {
  :root { --paper: #fff; --line: #d6d6d6; font-size: 13px; }
  body { padding: 0; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  section, .headline { padding: 12px 0; break-inside: avoid-page; }
  section:has(details) { break-inside: auto; }
  figure, tr, .facts > div { break-inside: avoid; }
  .falls > label { display: none; }
}
`;
