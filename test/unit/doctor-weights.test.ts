import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WeightsPlace, weights } from '../../src/doctor/weights.js';

describe('the record of weights', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-weights-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const entry = (text: string) => ({
    repository: 'some/model',
    commit: 'a'.repeat(40),
    sha256: createHash('sha256').update(text).digest('hex'),
    bytes: text.length,
  });
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const record = (files: Record<string, string>, made: Record<string, unknown> = {}) => {
    const entries = Object.entries(files).map(([name, text]) => [name, entry(text)]);
    write('weights.json', JSON.stringify({ version: 1, files: Object.fromEntries(entries), made }));
  };
  const FETCH = 'npm run setup:local kokoro';
  const look = (isThorough = true, told: string[] = [], more: Partial<WeightsPlace> = {}) =>
    weights(
      {
        name: 'kokoro',
        place: folder,
        whole: [],
        mend: (damaged) => (damaged === null ? FETCH : `rm ${damaged}; ${FETCH}`),
        isAsked: true,
        ...more,
      },
      { isThorough, tell: (progress) => told.push(progress) },
    );

  it('finds nothing where there is nothing', async () => {
    expect(await look()).toBeNull();
    rmSync(folder, { recursive: true });
    expect(await look()).toBeNull();
  });

  it('says that weights of somebody else have no record', async () => {
    write('model.onnx', 'mine');
    expect(await look()).toMatchObject({ state: 'well', says: expect.stringContaining('no record'), mend: null });
  });

  it('finds every file as it came, and says how far it is', async () => {
    write('model.onnx', 'weights');
    record({ 'model.onnx': 'weights' });
    const told: string[] = [];
    expect(await look(true, told)).toMatchObject({
      state: 'well',
      says: `1 file, 0 MB; hashes are those of the record, sha256 of model.onnx: ${entry('weights').sha256.slice(0, 12)}`,
    });
    expect(told.at(-1)).toBe(`${join(folder, 'model.onnx')} 100%`);
  });

  it('finds another hash when it is thorough, and another size always', async () => {
    write('model.onnx', 'WEIGHTS');
    record({ 'model.onnx': 'weights' });
    expect(await look()).toMatchObject({
      state: 'wrong',
      says: `${join(folder, 'model.onnx')} is not what was fetched: its hash differs from the record`,
      mend: `rm ${join(folder, 'model.onnx')}; npm run setup:local kokoro`,
    });
    expect(await look(false)).toMatchObject({ state: 'well', says: expect.stringContaining('sizes are') });
    write('model.onnx', 'longer weights');
    expect(await look(false)).toMatchObject({ state: 'wrong', says: expect.stringContaining('its size differs') });
  });

  it('misses what is gone, but not what something else was made of', async () => {
    record({ 'a.json': '{}' });
    expect(await look()).toMatchObject({ state: 'wrong', says: `${join(folder, 'a.json')} is missing` });
    write('voices.bin', 'all');
    record({ 'voices/ada.bin': 'ada' }, { 'voices.bin': { ...entry('all'), made_of: ['voices/ada.bin'] } });
    expect(await look()).toMatchObject({ state: 'well' });
    write('voices.bin', 'ALL');
    expect(await look()).toMatchObject({ state: 'wrong', says: expect.stringContaining('voices.bin') });
    write('unet.safetensors', 'converted');
    record({ 'unet.pth': 'pickle' });
    expect(await look()).toMatchObject({ state: 'well' });
  });

  it('prints the hash of the largest file, which is the model', async () => {
    const files = { 'config.json': '{}', 'model.bin': 'all of the weights', 'vocabulary.txt': 'a b' };
    for (const [name, text] of Object.entries(files)) write(name, text);
    record(files);
    const { sha256 } = entry(files['model.bin']);
    expect((await look())?.says).toMatch(new RegExp(`sha256 of model\\.bin: ${sha256.slice(0, 12)}$`));
  });

  const whole = [[/^config\.json$/, /^model\.bin$/], [/\.onnx$/]];

  it('finds a download that was ended, however far it came', async () => {
    const seen: (readonly string[])[] = [];
    const mend = (_: string | null, names: readonly string[]) => {
      seen.push(names);
      return FETCH;
    };
    write('.unfinished/0123', 'half');
    const says = `${folder} has the beginning of a download only`;
    expect(await look(true, [], { whole, mend })).toMatchObject({ state: 'wrong', says, mend: FETCH });
    write('config.json', '{}');
    record({ 'config.json': '{}' });
    const ended = { state: 'wrong', says: `${folder} is not whole: fetching it was ended before its end`, mend: FETCH };
    expect(await look(true, [], { whole, mend })).toMatchObject(ended);
    rmSync(join(folder, '.unfinished'), { recursive: true });
    expect(await look(true, [], { whole, mend })).toMatchObject(ended);
    write('model.bin', 'weights');
    record({ 'config.json': '{}', 'model.bin': 'weights' });
    expect(await look(true, [], { whole, mend })).toMatchObject({ state: 'well' });
    // Others take its place just now.
    write('.unfinished/4567', 'half');
    expect(await look(true, [], { whole, mend })).toMatchObject(ended);
    expect(seen).toEqual([[], ['config.json'], ['config.json'], ['config.json', 'model.bin']]);
  });

  it('looks at a model that is a file, with the record beside it', async () => {
    write('a.onnx', 'weights');
    const place = join(folder, 'a.onnx');
    const says = `${place} has no record (weights.json): it was not fetched by the set-up`;
    expect(await look(true, [], { place, whole })).toMatchObject({ state: 'well', says });
    record({ 'b.onnx': 'others' });
    expect(await look(true, [], { place, whole })).toMatchObject({ state: 'well', says });
    record({ 'a.onnx': 'WEIGHTS' });
    expect(await look(true, [], { place, whole })).toMatchObject({ state: 'wrong', mend: `rm ${place}; ${FETCH}` });
    record({ 'a.onnx': 'weights' });
    expect(await look(true, [], { place, whole })).toMatchObject({
      state: 'well',
      says: expect.stringContaining('sha256'),
    });
  });

  it('names a record that cannot be read', async () => {
    write('weights.json', '{"files": 3}');
    expect(await look()).toMatchObject({
      state: 'wrong',
      says: `${join(folder, 'weights.json')} cannot be read`,
      mend: `rm ${join(folder, 'weights.json')}; npm run setup:local kokoro`,
    });
  });
});
