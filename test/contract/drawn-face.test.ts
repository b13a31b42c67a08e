import { drawnFace } from '../../src/engines/face/drawn.js';
import { gridAvatar } from '../fixtures/mouth/avatar.js';
import { faceContract } from './face.js';

faceContract(
  'drawn',
  async () => drawnFace(),
  async (frames) => gridAvatar(frames),
);
