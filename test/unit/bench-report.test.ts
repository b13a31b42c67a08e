/** The page about one run of the bench: what it says, and that nothing in a run can break it or speak for it. */
import { describe, expect, it } from 'vitest';
import { capacityOf } from '../../src/bench/capacity.js';
import type { Undisturbed } from '../../src/bench/disturbance.js';
import { renderReport } from '../../src/bench/report/html.js';
import { readRun } from '../../src/bench/report/reading.js';
import { worthListing } from '../../src/bench/report/turn-list.js';
import { chosenTurns, fallOf } from '../../src/bench/report/waterfall-bars.js';
import type { RunFile, Step } from '../../src/bench/run-file.js';
import { stageRow } from '../../src/bench/stage-rows.js';
import { rampLines } from '../../src/bench/steps.js';
import { summarise } from '../../src/bench/summary.js';
import { summaryTable } from '../../src/bench/table.js';
import { lostTurn, type TurnResult } from '../../src/bench/turn-result.js';
import { madeUpRun } from '../fixtures/bench-run.js';

const whole = madeUpRun();

function runOf(results: readonly TurnResult[]): RunFile {
  const summary = summarise({ results, interruptions: [], costs: [], looks: [], processors: [], bytes: [] }, 1);
  return { ...whole, summary, results, steps: [{ callers: 1, summary }], interruptions: [], samples: [] };
}

function told(marks: TurnResult['marks'], server: TurnResult['server'] = null): TurnResult {
  return { ...lostTurn(0, 0, 'Who are you?', ''), failure: null, transcriptIsRight: true, marks, server };
}

const cutOff = { waitMs: 280, cutOff: 40, delay: null };
const everybodyCutOff = { utterances: 40, pauses: 38, sttMs: 100, chosen: cutOff, words: [cutOff], silence: [cutOff] };
const lost = lostTurn(0, 0, 'Who are you?', 'no answer within 15 s');
/** What a number that is none looks like, or a field that is not there. */
const BROKEN = /\b(NaN|undefined|Infinity|null)\b|\[object/;
const texts = (page: string) => page.slice(page.indexOf('<body>'));

describe('the report of a run', () => {
  const page = renderReport(whole);

  it('begins with the three numbers', () => {
    const of = (name: string) => whole.summary.stages.find((row) => row.name === name)!.of;
    const [p50, p95] = [of('first sound and its picture').p50, of('first sound and its picture').p95].map(Math.round);
    const head = page.slice(page.indexOf('class="headline"'), page.indexOf('<section>')).replace(/<[^>]+>/g, '');
    expect(head).toContain(`${p50} / ${p95} ms`);
    expect(head).toContain(`${Math.round(whole.summary.interruptions!.questions.still!.p95)} ms`);
    expect(head).toContain(`Failures${whole.summary.turns.failed}`);
    expect(whole.summary.turns.failed).toBeGreaterThan(0);
  });

  it('has every part, and no number that is none', () => {
    const titles = [...page.matchAll(/<section><h2>([^<]+)/g)].map((match) => match[1]);
    expect(titles).toEqual([
      'What failed',
      'What was measured',
      'One turn',
      'Stages',
      'How the turns are spread',
      'First turn against later turns',
      'More callers',
      'Where turns end',
      'Interruptions',
      'The server over time',
      'What the server says of itself',
      'Sound, pictures, words',
      'All turns',
    ]);
    expect(texts(page).match(BROKEN)).toBeNull();
  });

  it('names the settings of the server, and its commit beside the version', () => {
    expect(page).toContain('<code>MAX_LOOP_LAG 80</code> <code>STT openai</code>');
    expect(page).toContain('0.1.0 (working copy of 5b07972c0f)');
    const { commit, settings, ...older } = whole;
    expect(renderReport(older as RunFile)).toMatch(/Settings of the server<\/dt><dd>unknown/);
    expect(renderReport(older as RunFile)).not.toContain('working copy');
    expect(renderReport({ ...whole, settings: {} })).toMatch(
      /Settings of the server<\/dt><dd>the defaults, as far as they are written down</,
    );
  });

  it('lists every turn with the id of its response', () => {
    const ids = whole.results.flatMap(({ responseId }) => responseId ?? []);
    expect(ids.length).toBeGreaterThan(150);
    for (const id of ids) expect(page).toContain(`<code>${id}</code></td>`);
  });

  it('says above everything that the load side was the bottleneck, and only then', () => {
    const late = renderReport(madeUpRun({ isBottleneck: true }));
    expect(late.indexOf('the load side was the bottleneck')).toBeLessThan(late.indexOf('class="headline"'));
    expect(late).toContain('the load side was the bottleneck');
    expect(page).not.toContain('the load side was the bottleneck');
    expect(page).toContain('not the bottleneck');
  });

  it('says above everything that others took of the machine, and how the turns were that they left alone', () => {
    const taken = renderReport(madeUpRun({ stolen: 0.21 }));
    expect(taken).toMatch(
      /This run: others took 21 % of what this machine wanted to run<\/b>, 63 % in the worst second/,
    );
    expect(taken).toMatch(/\d+ turns were hardly disturbed: the first sound and its picture came after p50 \d+, p95/);
    expect(taken.indexOf('others took')).toBeLessThan(taken.indexOf('class="headline"'));
    expect(taken).toContain('Taken by others where the callers are over time, at most 21 %');
    expect(page).not.toContain('others took');
    expect(texts(page)).toContain('Taken by others where the callers are');
    const all = madeUpRun({ stolen: 0.21 });
    const left = (undisturbed: Undisturbed) =>
      renderReport({
        ...all,
        summary: { ...all.summary, disturbance: { ...all.summary.disturbance!, undisturbed } },
      });
    expect(left({ turns: 0, of: 200, stages: [] })).toContain('No turn was left alone.');
    expect(left({ turns: 1, of: 200, stages: [] })).toContain(
      '1 turn was hardly disturbed, and none of them was answered.',
    );
    const faceless = stageRow('first_sound', all.results);
    expect(left({ turns: 90, of: 200, stages: faceless })).toContain(
      '90 turns were hardly disturbed: the first sound came after',
    );
  });

  it('says of a run that was stopped that it was, and of no other', () => {
    expect(renderReport({ ...whole, isStopped: true })).toContain('stopped before its end');
    expect(page).not.toContain('stopped before its end');
  });

  it('holds no script, refers to nothing, and forbids both', () => {
    expect(page.match(/<script|<link|<img|<iframe|\ssrc=|\shref=|url\(|@import|\son\w+=|\sstyle=/i)).toBeNull();
    expect(page).toMatch(
      /http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[^']+'; /,
    );
  });

  it('writes out whatever a run calls itself, and never runs it', () => {
    const evil = `"><script>x</script><img src=x onerror='x'>`;
    const hostile = (value: unknown): unknown => {
      if (typeof value === 'string') return value + evil;
      if (Array.isArray(value)) return value.map(hostile);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, hostile(inner)]));
    };
    const run = hostile(whole) as RunFile;
    const summary = { ...run.summary, failures: { [evil]: 3 } };
    const results = run.results.map((result) => ({ ...result, server: { ...result.server, [evil]: 5 } }));
    const options = { ...run.options, ...{ [evil]: evil } };
    const evilPage = renderReport({ ...run, summary, results, options });
    const tags = (text: string) => [...new Set([...text.matchAll(/<[a-z!/]\w*/gi)].map(([tag]) => tag))].sort();
    expect(tags(page)).toEqual(expect.arrayContaining(tags(evilPage)));
    // Each question, response, engine, option, reason and mark is there, in letters.
    expect(evilPage.split('&lt;script&gt;').length).toBeGreaterThan(400);
  });
});

describe('the report of a poor run', () => {
  it.each<[string, RunFile]>([
    ['without a turn', runOf([])],
    ['in which all turns failed', runOf([lost, { ...lost, turn: 1 }])],
    ['of one turn', runOf([told({ speech_stopped: 300, first_sound: 600, first_pair: 601, heard: 620 })])],
    ['of a turn in which nothing took time', runOf([told({ first_sound: 0, first_pair: 0, heard: 0 })])],
    ['of a server without a face', runOf([told({ first_sound: 600 }, { first_token: 300 })])],
    ['with one sample', { ...whole, samples: whole.samples.slice(0, 1) }],
    ['whose samples know no lag', { ...whole, samples: whole.samples.map((each) => ({ ...each, lagMs: null })) }],
    ['in which everybody would be cut off', { ...whole, endings: everybodyCutOff }],
    ['with steps that nobody got through', { ...whole, steps: whole.steps.map((step) => emptied(step)) }],
  ])('%s does not break', (_, run) => {
    const page = renderReport(run);
    expect(texts(page).match(BROKEN)).toBeNull();
    expect(page).toContain('</html>');
  });

  it('has no strip of what the samples do not know', () => {
    const lag = 'Lag of the event loop';
    expect(renderReport(whole).includes(lag)).toBe(true);
    const samples = whole.samples.map((each) => ({ ...each, lagMs: null }));
    expect(renderReport({ ...whole, samples }).includes(lag)).toBe(false);
  });

  it('says of one turn that it is one, and of none that there is none', () => {
    expect(renderReport(runOf([told({ first_pair: 601 })]))).toContain('1 turn<');
    expect(renderReport(runOf([]))).toContain('no turn was asked for');
    expect(renderReport(runOf([lost]))).toContain('no turn got as far');
    expect(renderReport(runOf([lost]))).toContain('no answer within 15 s');
  });

  it('says what sessions left in the heap at rest, if somebody has counted it', () => {
    const kinds = [{ kind: 'object Turn', count: 1000, bytes: 64_000 }];
    const said = texts(renderReport({ ...whole, leftovers: { sessions: 1000, bytes: -146, codeBytes: 3185, kinds } }));
    expect(said).toContain('−146 bytes, and +3185 of compiled code, for each of 1000 sessions');
    expect(said).toMatch(/More of object Turn<.*>\+1000</);
    expect(texts(renderReport(whole))).not.toContain('at rest');
  });

  it('says by how much the heap grew from session to session, if that is known', () => {
    const heap = { bytesPerSession: 310, errorBytes: 120, windows: 19, sessions: 1000 };
    const leaving = (left: typeof whole.summary.told.heap) => {
      const { summary } = whole;
      return texts(renderReport({ ...whole, summary: { ...summary, told: { ...summary.told, heap: left } } }));
    };
    expect(leaving(heap)).toContain('+310 bytes, standard error 120, over 1000 sessions, in 19 windows');
    expect(leaving(null)).not.toContain('Heap, a session more');
  });

  it('of an older bench, without steps, samples and the server’s word, does not break', () => {
    const { steps: _, samples: __, scenario: ___, ...older } = whole;
    const results = whole.results.map(({ server, responseId, cutOffs, step, ...result }) => result);
    const { told: ____, bytes: _____, serverStages, cutOffs, ...summary } = whole.summary;
    const page = renderReport({ ...older, summary, results } as unknown as RunFile);
    expect(texts(page).match(BROKEN)).toBeNull();
    expect(page).toContain('<h1>Questions</h1>');
  });
});

function emptied({ callers }: Step): Step {
  return { callers, summary: runOf([lost]).summary };
}

describe('the waterfall of a turn', () => {
  const caller = { speech_stopped: 300, first_sound: 520, first_pair: 524, heard: 545 };
  const ahead = { soft_end: 100, words: 180, speculated: 181, answered: 181, model_asked: 182 };
  const answer = { first_token: 340, first_phrase: 400, first_speech: 470, first_audible: 471, first_picture: 510 };
  const [turn] = readRun(runOf([told(caller, { ...ahead, ...answer, first_sent: 512 })])).turns;

  it('has a bar for each stage, from its beginning to its end', () => {
    const { bars, hardEnd, end } = fallOf(turn!);
    expect(bars.map(({ name, from, to }) => [name, from, to])).toEqual([
      ['Silence to the soft end', 0, 100],
      ['Recognising', 100, 180],
      ['Waiting for the end', 180, 300],
      ['Model, first token', 181, 340],
      ['Model, first phrase', 340, 400],
      ['Voice, first sound', 400, 471],
      ['Face, first picture', 470, 510],
      ['On the way', 512, 524],
      ['Player’s buffer', 524, 545],
    ]);
    expect([hardEnd, end]).toEqual([300, 545]);
  });

  it('draws what ran ahead of the end apart, up to the end', () => {
    const page = renderReport(runOf([told(caller, { ...ahead, ...answer, first_sent: 512 })]));
    const [piece] = [...page.matchAll(/<rect class="ahead" x="([\d.]+)%" y="\d+" width="([\d.]+)%"/g)];
    // The axis ends at 600 ms.
    expect(Number(piece![1])).toBeCloseTo((181 / 600) * 100, 1);
    expect(Number(piece![2])).toBeCloseTo(((300 - 181) / 600) * 100, 1);
    const later = { ...answer, soft_end: 100, words: 180, answered: 301, model_asked: 302 };
    expect(renderReport(runOf([told(caller, later)]))).not.toContain('<rect class="ahead"');
  });

  it('of a server that tells nothing has what the caller saw', () => {
    const [seen] = readRun(runOf([told({ ...caller, transcript: 310, response_created: 312 })])).turns;
    expect(fallOf(seen!).bars.map(({ name, to }) => [name, to])).toEqual([
      ['Silence to the end', 300],
      ['Recognising', 310],
      ['Answer begun', 312],
      ['Model, voice, face', 520],
      ['Player’s buffer', 545],
    ]);
  });

  it('has no bar that runs backwards when the two clocks disagree', () => {
    const [odd] = readRun(runOf([told(caller, { first_token: 300, first_phrase: 310, first_sent: 530 })])).turns;
    for (const { from, to } of fallOf(odd!).bars) expect(to).toBeGreaterThanOrEqual(from);
  });

  it('is of the median turn, of that at p95 and of the slowest; each once', () => {
    const results = Array.from({ length: 100 }, (_, at) => told({ first_pair: 1000 - at }));
    const chosen = chosenTurns(readRun(runOf(results)).turns);
    expect(chosen.map(({ name, turn: { caller: marks } }) => [name, marks.first_pair])).toEqual([
      ['Median turn', 950],
      ['Turn at p95', 995],
      ['Slowest turn', 1000],
    ]);
    expect(chosenTurns(readRun(runOf(results.slice(0, 1))).turns)).toHaveLength(1);
    expect(chosenTurns(readRun(runOf([lost])).turns)).toEqual([]);
  });
});

describe('a run with interruptions', () => {
  const page = texts(renderReport(whole));

  it('tells of the answers to them what the terminal tells', () => {
    const rows = new Map(whole.summary.serverStages.map(({ name, of }) => [name, of.count]));
    const section = page.slice(page.indexOf('As the server tells it'), page.indexOf('How the turns are spread'));
    expect(section).toMatch(new RegExp(`>First token</th>.*<td class="n">${rows.get('first token')}</td>`));
    expect(rows.get('first token')).toBeGreaterThan(whole.summary.turns.answered);
    const { turns, times } = whole.summary.cutOffs!;
    expect(page).toContain(`${times} times, in ${turns} turns`);
    expect(summaryTable(whole.summary)).toMatch(new RegExp(`cut-offs +${times} times, in ${turns} of`));
    const { cutOffs: _, ...older } = whole.summary;
    expect(renderReport({ ...whole, summary: older } as RunFile)).toMatch(/Cut off before the end<\/dt><dd>unknown/);
  });

  it('says when the answer came, how long held answers stood still, and from where they went on', () => {
    const { firstSound } = whole.summary.interruptions!.questions;
    const { heldMs, held } = whole.summary.interruptions!.noises;
    expect(page).toMatch(new RegExp(`First sound of its answer<.*p50 <b>${Math.round(firstSound!.p50)}</b>`));
    expect(page).toMatch(new RegExp(`An answer that was held stood still for<.*p50 <b>${Math.round(heldMs!.p50)}</b>`));
    expect(page).toContain(`${held} of ${held} from the very sample<`);
    const moved = whole.interruptions.map((each) => (each.outcome === 'held' ? { ...each, movedSamples: 7 } : each));
    const went = renderReport({ ...whole, interruptions: moved });
    expect(went).toContain(`0 of ${held} from the very sample, ${held} from up to 7 samples away`);
    const noises = whole.interruptions.filter(({ kind }) => kind === 'noise');
    expect(renderReport({ ...whole, interruptions: noises })).not.toContain('First sound of its answer');
  });
});

describe('where turns end', () => {
  it('is drawn for the words and for silence alone, with the server as it is in a ring', () => {
    const found = renderReport(whole);
    expect(found).toContain('Where turns end');
    expect(found).toContain('As the server is, 13 of 40 are cut off at a wait of 313 ms');
    expect(found).toContain('silence alone cuts off no more only at a wait of 933 ms');
    expect(found.match(/<circle class="dot faint"[^>]*r="7"/g)).toHaveLength(1);
    expect(renderReport({ ...whole, endings: null })).not.toContain('Where turns end');
  });
});

describe('a ramp', () => {
  const step = (callers: number, p95: number, failed = 0): Step => {
    const results = [...Array.from({ length: 20 }, () => told({ first_pair: p95 })), ...Array(failed).fill(lost)];
    return { callers, summary: runOf(results).summary };
  };

  it('holds until p95 has grown by more than 100 ms, or a turn failed', () => {
    expect(capacityOf([step(1, 600), step(2, 700), step(4, 701), step(8, 650)])).toMatchObject({
      limit: 700,
      heldAt: 2,
    });
    expect(capacityOf([step(1, 600), step(2, 600, 1)]).heldAt).toBe(1);
    expect(capacityOf([step(1, 600), step(2, 640)]).heldAt).toBe(2);
  });

  it('holds no more where something that was heard over an answer has failed, as in the terminal', () => {
    const plain = step(2, 600);
    const over = { questions: { failures: {} }, noises: { failures: { 'it stopped for good': 1 } } };
    const summary = { ...plain.summary, interruptions: over as unknown as Step['summary']['interruptions'] };
    const steps = [step(1, 600), { callers: 2, summary }];
    expect(capacityOf(steps)).toMatchObject({ heldAt: 1, standings: [{ failed: 0 }, { failed: 1 }] });
    expect(rampLines(steps)).toMatch(/2 callers .* 1 failed[\s\S]*held last with 1 caller:/);
    expect(renderReport({ ...whole, steps })).toContain(
      'held at 1 caller (limit: p95 700 ms until the first sound and its picture,',
    );
  });

  it('may hold nowhere', () => {
    expect(capacityOf([step(1, 600, 1), step(2, 600)]).heldAt).toBeNull();
    expect(capacityOf([])).toMatchObject({ heldAt: null, limit: null });
  });
});

describe('the list of turns', () => {
  it('of too many keeps those that failed and the slowest, in their order', () => {
    const results = [told({ first_pair: 500 }), lost, told({ first_pair: 900 }), told({ first_pair: 400 }), lost];
    const { turns } = readRun(runOf(results));
    expect(worthListing(turns, 3)).toEqual([turns[1], turns[2], turns[4]]);
    expect(worthListing(turns, 5)).toBe(turns);
  });
});
