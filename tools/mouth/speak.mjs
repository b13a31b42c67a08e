/**
 * Speaks the training corpus: `node tools/mouth/speak.mjs OUT [scale]`. Writes OUT/speech.pcm (16-bit mono, each
 * utterance at its voice's own rate) and OUT/speech.jsonl with voice, rate, place and the visemes' end times.
 * espeak-ng comes with the optional npm dependency; flite and festival are used if they are installed.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fromAscii, fromIpa, unknown } from './phones.mjs';
import { englishPhrase, foreignPhrase, pick, seeded } from './phrases.mjs';

const out = process.argv[2];
const scale = Number(process.argv[3] ?? 1);
if (out === undefined) throw new Error('usage: speak.mjs OUT [scale]');
mkdirSync(out, { recursive: true });
const random = seeded(20);
const pcmFile = openSync(join(out, 'speech.pcm'), 'w');
const indexFile = openSync(join(out, 'speech.jsonl'), 'w');
let offset = 0;

/** `labels`: [end in seconds, viseme] in order. */
function keep(voice, rate, samples, labels) {
  writeSync(pcmFile, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
  writeSync(indexFile, `${JSON.stringify({ voice, rate, offset, samples: samples.length, labels })}\n`);
  offset += samples.byteLength;
}

/** Phones with end times -> visemes with end times: diphthongs split, `next` (h) takes the mouth of what follows. */
function toLabels(phones) {
  const labels = [];
  let start = 0;
  for (const { end, visemes } of phones) {
    const share = (end - start) / Math.max(1, visemes.length);
    labels.push(...visemes.map((viseme, part) => [start + share * (part + 1), viseme]));
    start = end;
  }
  for (let i = labels.length - 1; i >= 0; i -= 1) {
    if (labels[i][1] === 'next') labels[i][1] = labels[i + 1]?.[1] ?? 'sil';
  }
  return labels;
}

// --- espeak-ng: an event at the start of each phoneme ------------------------------------------------------------------

const STOPS = /[pbtdkgɡ]/;

/** espeak-ng names a stop at its burst; the closure before it, silent, belongs to the stop and not to the vowel. */
function withClosures(events, samples, rate) {
  return events.map((event, i) => {
    const before = events[i - 1];
    if (!STOPS.test(event.id[0] ?? '') || before === undefined || before.id === '') return event;
    const hop = Math.round(rate * 0.005);
    let at = Math.round(event.start * rate);
    const earliest = Math.max(Math.round(before.start * rate), at - Math.round(rate * 0.1));
    while (at - hop > earliest && samples.subarray(at - hop, at).every((s) => Math.abs(s) < 60)) at -= hop;
    return { ...event, start: at / rate };
  });
}

async function espeak(count) {
  const { default: load } = await import('@echogarden/espeak-ng-emscripten');
  const worker = await new (await load()).eSpeakNGWorker();
  const variants = ['', '+m1', '+m2', '+m3', '+m4', '+m5', '+m6', '+m7', '+m8', '+f1', '+f2', '+f3', '+f4', '+f5'];
  const accents = ['en-us', 'en-us', 'en-us', 'en-gb', 'en-gb', 'it', 'fi', 'es', 'fr', 'de'];
  for (let i = 0; i < count; i += 1) {
    const accent = pick(random, accents);
    const voice = accent + pick(random, variants);
    worker.set_voice(voice);
    worker.set_pitch(25 + Math.floor(random() * 50));
    worker.set_rate(130 + Math.floor(random() * 80));
    const text = accent.startsWith('en') ? englishPhrase(random) : foreignPhrase(random, accent);
    const pieces = [];
    const events = [];
    worker.synthesize(text, (audio, news) => {
      if (audio) pieces.push(new Int16Array(audio.slice(0)));
      for (const e of news ?? [])
        if (e.type === 'phoneme') events.push({ id: e.id ?? '', start: e.audio_position / 1000 });
      return false;
    });
    const samples = Int16Array.from(pieces.flatMap((piece) => [...piece]));
    const timed = withClosures(events, samples, worker.samplerate);
    const phones = timed.map((e, n) => ({
      end: timed[n + 1]?.start ?? samples.length / worker.samplerate,
      visemes: fromIpa(e.id),
    }));
    keep(`espeak:${voice}`, worker.samplerate, samples, toLabels(phones));
  }
}

// --- flite and festival: the end time of each phone --------------------------------------------------------------------

function readWav(path) {
  const bytes = readFileSync(path);
  const rate = bytes.readUInt32LE(24);
  const data = bytes.indexOf('data', 12, 'latin1') + 8;
  return {
    rate,
    samples: new Int16Array(
      bytes.buffer.slice(bytes.byteOffset + data, bytes.byteOffset + bytes.length - ((bytes.length - data) % 2)),
    ),
  };
}

function flite(count) {
  const wav = join(out, 'one.wav');
  for (const voice of ['kal16', 'awb', 'rms', 'slt']) {
    for (let i = 0; i < count; i += 1) {
      const said = execFileSync('flite', ['-voice', voice, '-psdur', '-o', wav, '-t', englishPhrase(random)], {
        encoding: 'utf8',
      });
      const phones = said
        .trim()
        .split(/\s+/)
        .map((pair) => {
          const [phone, end] = pair.split(':');
          return { end: Number(end), visemes: fromAscii(phone, 'en') };
        });
      const { rate, samples } = readWav(wav);
      keep(`flite:${voice}`, rate, samples, toLabels(phones));
    }
  }
  rmSync(wav, { force: true });
}

function festival(count) {
  const voices = {
    ked_diphone: 'en',
    cmu_us_slt_arctic_hts: 'en',
    suo_fi_lj_diphone: 'fi',
    hy_fi_mv_diphone: 'fi',
    lp_diphone: 'it',
    pc_diphone: 'it',
    czech_dita: 'cs',
    czech_krb: 'cs',
    czech_ph: 'cs',
    czech_machac: 'cs',
    upc_ca_ona_hts: 'es',
  };
  const path = (i, end) => join(out, `festival${i}.${end}`);
  for (const [voice, language] of Object.entries(voices)) {
    const lines = [`(voice_${voice})`];
    for (let i = 0; i < count; i += 1) {
      const text = language === 'en' ? englishPhrase(random) : foreignPhrase(random, language);
      lines.push(`(set! u (Utterance Text "${text}"))`, '(utt.synth u)');
      lines.push(`(utt.save.wave u "${path(i, 'wav')}" 'riff)`, `(utt.save.segs u "${path(i, 'seg')}")`);
    }
    writeFileSync(path('', 'scm'), lines.join('\n'), 'latin1');
    execFileSync('festival', ['-b', path('', 'scm')], { stdio: 'ignore' });
    for (let i = 0; i < count; i += 1) {
      const rows = readFileSync(path(i, 'seg'), 'latin1')
        .split('\n')
        .slice(1)
        .filter((row) => row.trim() !== '');
      const phones = rows.map((row) => {
        const [end, , phone] = row.trim().split(/\s+/);
        return { end: Number(end), visemes: fromAscii(phone, language) };
      });
      const { rate, samples } = readWav(path(i, 'wav'));
      keep(`festival:${voice}`, rate, samples, toLabels(phones));
    }
    for (let i = 0; i < count; i += 1) for (const end of ['wav', 'seg']) rmSync(path(i, end));
    rmSync(path('', 'scm'));
  }
}

const installed = (program, flag) => {
  try {
    execFileSync(program, [flag], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

await espeak(Math.round(1300 * scale));
if (installed('flite', '-lv')) flite(Math.round(300 * scale));
if (installed('festival', '--version')) festival(Math.round(160 * scale));
process.stdout.write(`${(offset / 1e6).toFixed(0)} MB; unknown phones: ${JSON.stringify([...unknown])}\n`);
