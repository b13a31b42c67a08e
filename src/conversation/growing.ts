/**
 * A transcript as it grows. What has been told cannot be taken back, so only words that go on from there are; where a
 * recogniser has changed its mind, the whole of it at the end sets it right.
 */
export function growing(tell: (more: string) => void): (text: string) => void {
  let told = '';
  return (text) => {
    if (text.length <= told.length || !text.startsWith(told)) return;
    tell(text.slice(told.length));
    told = text;
  };
}
