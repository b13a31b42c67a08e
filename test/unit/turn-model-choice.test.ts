import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { turnCandidates } from '../../src/engines/providers/turn.js';
import { lineUp } from '../../src/engines/resilience/line-up.js';

const root = join(import.meta.dirname, '../..');

/** What the settings lead to: the row of the start-up table, the engines, and what the log was told. */
async function chosen(settings: Record<string, string>) {
  const lines: { level: number; msg: string }[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const stopping = new AbortController().signal;
  const candidates = await turnCandidates(readConfig(settings), { root, log, stopping });
  const { links, row } = lineUp('end of turn', ['auto'], candidates, { log, isAlone: true });
  return { row: row(), engines: links.map(({ engine }) => engine), lines };
}

it('needs no model', async () => {
  const { row, engines, lines } = await chosen({});
  expect(row).toEqual({
    job: 'end of turn',
    engine: 'none',
    why: 'the words and the length of the pause decide',
    fallbacks: [],
    better: [],
  });
  expect([engines, lines]).toEqual([[], []]);
});

it('takes the model that TURN_MODEL names, from the folder of the package on, and has it up before anybody is served', async () => {
  const { row, engines, lines } = await chosen({ TURN_MODEL: 'test/fixtures/turn-model/falling.onnx' });
  expect(engines.map((engine) => engine.health())).toEqual(['up']);
  expect(row).toMatchObject({ engine: 'turn-model', why: expect.stringContaining('turn-model/falling.onnx') });
  expect(lines).toEqual([]);
  await engines[0]!.close();
});

it.each([
  ['nowhere/model.onnx', `there is no file ${join(root, 'nowhere/model.onnx')}`],
  ['test/fixtures', `${join(root, 'test/fixtures')} is a folder`],
  ['package.json', 'it is no model that ONNX Runtime can load'],
  ['test/fixtures/turn-model/other-input.onnx', 'it takes mel (float32, batch x 80 x 3000) instead of input_features'],
])('goes on without %s, and says what was found there', async (TURN_MODEL, found) => {
  const { row, engines, lines } = await chosen({ TURN_MODEL });
  const why = `TURN_MODEL="${TURN_MODEL}": ${found}`;
  expect(engines).toEqual([]);
  expect(row).toMatchObject({
    engine: 'none',
    better: [
      { engine: 'turn-model', why: expect.stringContaining(why), enable: expect.stringMatching(/^TURN_MODEL=/) },
    ],
  });
  expect(lines).toEqual([
    expect.objectContaining({ level: 40, msg: expect.stringMatching(/The server goes on without it\.$/) }),
  ]);
  expect(lines[0]!.msg).toContain(why);
});
