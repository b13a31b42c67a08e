import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { preparingOptions } from '../../src/preparing-options.js';

const ROOT = resolve('/srv/parley');

describe('the options of the program that makes avatars', () => {
  it('are the device alone where nothing is set', () => {
    expect(preparingOptions(readConfig({}), ROOT)).toEqual(['--device=auto']);
  });

  it("name the files of the settings from the installation's folder", () => {
    const config = readConfig({
      MUSETALK_DEVICES: 'cuda:1,cuda:0',
      FACE_LANDMARKS_MODEL: 'models/face_landmarker.task',
      MUSETALK_LANDMARKS_PYTHON: '/opt/landmarks/bin/python',
      MUSETALK_FACE_PARSER: 'models/79999_iter.pth',
    });
    expect(preparingOptions(config, ROOT)).toEqual([
      '--device=cuda:1',
      `--landmarks-model=${resolve(ROOT, 'models/face_landmarker.task')}`,
      `--landmarks-python=${resolve('/opt/landmarks/bin/python')}`,
      `--face-parser=${resolve(ROOT, 'models/79999_iter.pth')}`,
    ]);
  });

  it('leave out a file whose setting is empty', () => {
    expect(preparingOptions(readConfig({ MUSETALK_FACE_PARSER: '' }), ROOT)).toEqual(['--device=auto']);
  });
});
