/**
 * Which mouth a sound wants: the phone symbols of three synthesisers, mapped to the visemes of
 * src/engines/face/visemes.ts. A phone of two parts (a diphthong, an affricate) becomes two visemes.
 */

/** IPA, as espeak-ng names its phonemes; stress, length and other marks are skipped. */
const ipa = {
  pp: 'pbmɱʙβɸ',
  ff: 'fvʋ',
  th: 'θð',
  dd: 'tdnɗʈɖɳ',
  ll: 'lɫɭʎ',
  kk: 'kgɡŋxɣqχʁɲcɟʔçʝ',
  ss: 'sz',
  sh: 'ʃʒɕʑʂʐ',
  rr: 'ɹɻɾrɚɝʀ',
  aa: 'aɑæʌɐɒ',
  eh: 'eɛ',
  ax: 'əɜɞɘ',
  iy: 'ij',
  ih: 'ɪɨᵻ',
  oh: 'oɔøœɵ',
  uw: 'uʊwyʏʉɥʍ',
  next: 'hɦ',
};
const ipaTable = new Map(Object.entries(ipa).flatMap(([viseme, symbols]) => [...symbols].map((s) => [s, viseme])));
const ipaMarks = new Set([...'ˈˌːˑ̩̯̃͡ʲʰʷ̪̈̊̚-|_\'"^;1234567890 ']);

/** Phones written in ASCII: the CMU set of flite and festival, and what the other festival voices add. */
const ascii = {
  sil: 'pau # _ sil ssil h# brth',
  pp: 'p b m m: p: b:',
  ff: 'f v',
  th: 'th dh',
  dd: 't d n t: n: d: ts dz',
  ll: 'l l: L',
  kk: 'k g ng J c n~ N k: g: ch_cs x',
  ss: 's z s: ss z:',
  sh: 'sh zh ch jh tS dZ S Z z~ s~ c~',
  rr: 'r er axr r: r~ rr',
  aa: 'aa ae ah a a: @ @: a1',
  eh: 'eh e e: E E1 e1',
  ax: 'ax',
  iy: 'iy y i i: i1 j j:',
  ih: 'ih ix',
  oh: 'ao o o: O O1 o1 7 7:',
  uw: 'uw uh w u u: u1',
  next: 'hh h h:',
  'aa iy': 'ay',
  'aa uw': 'aw',
  'eh iy': 'ey',
  'oh uw': 'ow',
  'oh iy': 'oy',
};
const asciiTable = new Map(
  Object.entries(ascii).flatMap(([visemes, phones]) => phones.split(' ').map((p) => [p, visemes.split(' ')])),
);
/** Where a language means something else by a symbol. */
const exceptions = {
  fi: { y: ['uw'], 'y:': ['uw'], c: ['kk'] },
  cs: { c: ['ss'], ch: ['kk'], z: ['ss'] },
  it: { ts: ['ss'], dz: ['ss'] },
};

export const unknown = new Map();
const note = (symbol) => {
  unknown.set(symbol, (unknown.get(symbol) ?? 0) + 1);
  return [];
};

export function fromIpa(id) {
  if (id.trim() === '') return ['sil'];
  // "(en)" marks a switch of language; a cedilla is part of its letter, the other combining marks are not.
  const symbols = id
    .replace(/\(.*?\)/g, '')
    .normalize('NFD')
    .replaceAll('c\u0327', 'ç');
  return [...symbols].flatMap((symbol) => {
    if (ipaMarks.has(symbol)) return [];
    const viseme = ipaTable.get(symbol);
    return viseme === undefined ? note(symbol) : [viseme];
  });
}

export function fromAscii(phone, language) {
  return exceptions[language]?.[phone] ?? asciiTable.get(phone) ?? note(phone);
}
