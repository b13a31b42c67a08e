import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { judge } from '../../src/doctor/probes.js';
import { turnModel } from '../../src/engines/turn/turn-model.js';
import { tone } from '../fixtures/turn-model/sounds.js';

const root = join(import.meta.dirname, '../..');

it("has the doctor's recording judged by the model, and ends its thread", async () => {
  const log = pino({ level: 'silent' });
  const engine = turnModel({
    file: join(root, 'test/fixtures/turn-model/falling.onnx'),
    workerFile: join(root, 'dist/engines/turn/turn-worker.js'),
    log,
  });
  const { signal } = new AbortController();
  const says = await judge(() => engine, { log, signal, recording: tone(0.5, 400, 200), filmed: null });
  expect(says).toMatch(/^takes a question for the end of a turn with (8|9)\d %, in \d+\.\d\d s$/);
  expect(engine.health()).toEqual({ down: 'closed' });
});
