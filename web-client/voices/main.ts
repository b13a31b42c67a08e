/** The page at `/voices`: which there are, and making one of recordings. */
import { MICROPHONE_RATE } from '../element/microphone-frames.js';
import { fetchVoices, type Voices } from '../page/about.js';
import { fileDoor, MOST_BYTES, takeOf } from './files.js';
import { statementForm } from './form.js';
import { talkLink, voiceList } from './list.js';
import { troubleWith } from './loudness.js';
import { textFor } from './reading.js';
import { recordControl } from './record-control.js';
import { sendingOf } from './sending.js';
import { sentenceOf } from './sentence.js';
import { MOST_TAKES, takeList } from './takes.js';
import { wavFile } from './wav.js';

const find = <T extends HTMLElement>(selector: string) => document.querySelector(selector) as T;

const form = find<HTMLFormElement>('form');
const statement = statementForm(form, () => new Date());
const list = voiceList(find('.list'), refresh);
const recording = recordControl(find('.recordings'), { onStart: () => takes.hush(), onRecorded });
const takes = takeList(find('.takes'), find('.record'), onTakes);
const sending = sendingOf(form, refresh);

function onRecorded(samples: Int16Array): void {
  takes.add({
    file: new Blob([wavFile(samples, MICROPHONE_RATE)], { type: 'audio/wav' }),
    name: null,
    seconds: samples.length / MICROPHONE_RATE,
    trouble: troubleWith(samples),
  });
}

function onTakes(): void {
  const { length } = takes.all;
  sayOfTakes('');
  find('.reading').textContent = textFor(length);
  recording.bar(length < MOST_TAKES ? null : `A voice is made of at most ${MOST_TAKES} recordings. Remove one first.`);
}

function sayOfTakes(sentence: string): void {
  find('.takes-trouble').textContent = sentence;
}

fileDoor(find('.drop'), async (files) => {
  if (sending.isOn) return;
  for (const file of files) {
    const take = await takeOf(file);
    // Sent meanwhile, without it.
    if (sending.isOn) return sayOfTakes(`${file.name} came too late for this voice, and was left out.`);
    if (takes.all.length >= MOST_TAKES) {
      return sayOfTakes(`A voice is made of at most ${MOST_TAKES} recordings; ${file.name} was left out.`);
    }
    takes.add(take);
  }
});

async function send(): Promise<void> {
  recording.stop();
  const { all } = takes;
  const order = statement.read();
  if (all.length === 0) sayOfTakes('Record the text first, or choose a file with speech.');
  const large = all.find(({ file }) => file.size > MOST_BYTES);
  if (large !== undefined) sayOfTakes(`${large.name} is too large to be sent. Remove it first.`);
  if (order === null || all.length === 0 || large !== undefined) return;
  takes.hush();
  const recordings = all.map(({ file, name }, at) => ({ file, name: name ?? `recording-${at + 1}.wav` }));
  const voice = await sending.send({ ...order, recordings });
  if (voice === null) return;
  takes.clear();
  statement.reset();
  sending.say(`${voice.name} is ready. `, talkLink(voice));
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (!sending.isOn) void send();
});

// Leaving asks first while something would be lost that can only be had by speaking again.
addEventListener('beforeunload', (event) => {
  if (takes.all.length > 0) event.preventDefault();
});

async function refresh(): Promise<void> {
  try {
    show(await fetchVoices());
  } catch {
    list.fail();
  }
}

function show({ voices, making }: Voices): void {
  list.show(voices);
  statement.offer(making.engines);
  // Whoever has begun goes on; the server says why it refuses.
  const isOffered = making.engines.length > 0 || takes.all.length > 0;
  form.hidden = !isOffered;
  find('.cannot').hidden = isOffered;
  find('.cannot').textContent = sentenceOf(making);
}

onTakes();
await refresh();
