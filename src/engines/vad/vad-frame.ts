import { ParleyError } from '../../errors.js';
import { VAD_FRAME_SAMPLES } from '../contract.js';

/** A detector that is given frames of another length would answer, and wrongly. */
export function checkedFrame(frame: Int16Array): Int16Array {
  if (frame.length === VAD_FRAME_SAMPLES) return frame;
  throw new ParleyError('engine_failed', `a frame of ${frame.length} samples; a detector takes ${VAD_FRAME_SAMPLES}`);
}
