/** Runs in the page, before its own scripts: sound opens 3 s after it was asked for. */
export const SLOW_SOUND = `{
  const { prototype } = BaseAudioContext;
  const state = Object.getOwnPropertyDescriptor(prototype, 'state').get;
  const { resume } = AudioContext.prototype;
  let isOpen = false;
  let opening;
  const open = (done) => {
    isOpen = true;
    done();
  };
  Object.defineProperty(prototype, 'state', {
    get() {
      return isOpen ? state.call(this) : 'suspended';
    },
  });
  AudioContext.prototype.resume = async function () {
    opening ??= new Promise((done) => setTimeout(open, 3000, done));
    await opening;
    return resume.call(this);
  };
}`;
