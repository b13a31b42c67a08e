/** Runs in the page, before its own scripts: sound opens 3 s after it was asked for. */
export const SLOW_SOUND = `{
  const { prototype } = BaseAudioContext;
  const state = Object.getOwnPropertyDescriptor(prototype, 'state').get;
  const { resume } = AudioContext.prototype;
  let opensAt = Infinity;
  Object.defineProperty(prototype, 'state', {
    get() {
      return performance.now() < opensAt ? 'suspended' : state.call(this);
    },
  });
  AudioContext.prototype.resume = async function () {
    opensAt = Math.min(opensAt, performance.now() + 3000);
    await new Promise((resolve) => setTimeout(resolve, opensAt - performance.now()));
    return resume.call(this);
  };
}`;
