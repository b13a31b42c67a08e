/** The width and height that a JPEG file states, or null if the bytes are not one whole JPEG file. */
export function jpegSize(bytes: Uint8Array): { width: number; height: number } | null {
  const last = bytes.byteLength - 2;
  if (last < 4 || word(bytes, 0) !== 0xffd8 || word(bytes, last) !== 0xffd9) return null;
  let offset = 2;
  while (offset + 9 <= last && bytes[offset] === 0xff) {
    const marker = bytes[offset + 1]!;
    const startsFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (startsFrame) return { height: word(bytes, offset + 5), width: word(bytes, offset + 7) };
    offset += 2 + word(bytes, offset + 2);
  }
  return null;
}

function word(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 8) | bytes[offset + 1]!;
}
