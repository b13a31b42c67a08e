/** What the blocks of every peer come to, and a table of it. Pure. */

const SHARES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, max: 1 };
/** A question that takes so much longer than all of them waits for something else than the others do. */
const SLOW = 2;

/** By the nearest rank, as in Parley's bench: every figure is one that was measured. */
function distribution(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
  return { n: sorted.length, ...Object.fromEntries(Object.entries(SHARES).map(([name, share]) => [name, at(share)])) };
}

/** In the order in which they were measured first. `ratio`: how much of the peer's time the first one takes. */
export function summaries(blocks) {
  const names = [...new Set(blocks.map(({ peer }) => peer))];
  const all = names.map((peer) =>
    summary(
      peer,
      blocks.filter((block) => block.peer === peer),
    ),
  );
  const ratio = (peer, share) => rounded(all[0].firstSound[share] / peer.firstSound[share]);
  return all.map((peer) => ({ ...peer, ratio: { p50: ratio(peer, 'p50'), p95: ratio(peer, 'p95') } }));
}

function summary(peer, blocks) {
  const turns = blocks.flatMap((block) => block.turns);
  const sounded = turns.filter(({ first_sound: at }) => at !== null);
  const timesOf = (some) => distribution(some.map((turn) => turn.first_sound));
  const firstSound = timesOf(sounded);
  const questions = [...new Set(sounded.map(({ question }) => question))].map((question) => {
    return { question, ...timesOf(sounded.filter((turn) => turn.question === question)) };
  });
  const slow = questions.filter(({ p50 }) => p50 > SLOW * firstSound.p50).map(({ question }) => question);
  return {
    peer,
    version: blocks[0].version,
    asked: turns.length,
    failed: turns.filter(({ failure }) => failure !== null).length,
    firstSound,
    /** Without the first turn of each session, in which what was not warmed up shows. */
    later: timesOf(sounded.filter(({ turn }) => turn > 0)),
    questions,
    slow,
    withoutSlow: timesOf(sounded.filter(({ question }) => !slow.includes(question))),
    /** Of the callers' own beats, the worst block. */
    lateMs: Math.max(0, ...blocks.flatMap(({ lateMs }) => lateMs ?? [])),
  };
}

const rounded = (value) => Math.round(value * 100) / 100;

export function table(all) {
  const columns = ['p50', 'p90', 'p95', 'p99', 'max'];
  const cell = (value) => String(value === null ? '-' : Math.round(value)).padStart(7);
  const width = Math.max(...all.map(({ peer, version }) => `${peer} (${version})`.length), 'first sound, ms'.length);
  const head = `${'first sound, ms'.padEnd(width)}      n failed${columns.map((name) => name.padStart(7)).join('')}`;
  const rows = all.flatMap(({ peer, version, failed, firstSound, later, slow, withoutSlow, ratio, lateMs }, index) => [
    row(`${peer} (${version})`, firstSound, failed),
    row('  later turns', later, ''),
    ...(slow.length === 0 ? [] : [row('  without the slow', withoutSlow, ''), `  slow: ${slow.join(' ')}`]),
    ...(index === 0 ? [] : [`  Parley takes ${ratio.p50} of its p50, ${ratio.p95} of its p95`]),
    ...(lateMs > 10 ? [`  its callers were late themselves: p99 ${Math.round(lateMs)} ms`] : []),
  ]);
  return [head, ...rows].join('\n');

  function row(name, of, failed) {
    const counts = `${String(of.n).padStart(7)}${String(failed).padStart(7)}`;
    return `${name.padEnd(width)}${counts}${columns.map((column) => cell(of[column])).join('')}`;
  }
}
