import { anyLanguage, FIRST_SOUNDS, MURMURS } from './any.js';
import type { Language } from './language.js';
import { endingWith, onlyOpening, phraseSet, wordSet } from './words.js';

const NOT_ASKING = '(?<!언제|누구|어디|얼마|몇 시|뭐|무엇|무엇이)';

/** What goes on shows at the end of a word. "됐어요" means enough: it is not among what listeners say. */
export const korean: Language = {
  ...anyLanguage,
  murmurs: phraseSet(MURMURS, '음, 흠, 으음, 으흠, 아, 오, 아하, 우와, 허'),
  firstSounds: phraseSet(FIRST_SOUNDS, '음, 아, 저, 으, 그'),
  listening: phraseSet(
    '네, 네네, 예, 응, 어, 와, 그래, 그래요, 그렇죠, 그쵸, 그렇군요, 그렇구나, 그렇네요, 맞아, 맞아요, 맞습니다, 맞네요, 알겠어요, 알겠습니다, 알았어, 알았어요, 이해했어요, ' +
      '이해해요, 좋아, 좋아요, 좋네요, 정말, 정말요, 정말이에요, 진짜, 진짜요, 물론, 물론이죠, 그럼요, 당연하죠, 대단하네요, 재미있네요, 재밌네요, 신기하네요, 오케이, 역시, ' +
      '그랬군요, 그래서요',
  ),
  listeningAlone: phraseSet('계속, 계속해, 계속해요, 계속하세요, 계속해 주세요, 계속 말씀하세요, 말씀하세요'),
  leading: wordSet(
    '그리고 그런데 근데 하지만 그러나 그래서 그러면 그러니까 그니까 왜냐하면 왜냐면 또는 혹은 만약 만약에 만일 예를 이 그 저 제 ' +
      '내 어떤 무슨 아주 매우 및 음 어 저기 막',
  ),
  neverLast: wordSet('그리고 그런데 근데 하지만 그러나 왜냐하면 왜냐면 또는 혹은 만약 만약에 및 음 어'),
  wholeAlone: wordSet('이 그래서 그러면'),
  openEnd: endingWith([
    '(?<!모르겠)는데|(?<!괜찮|싫)은데|인데|지만|니까|려고|면서|거나|처럼|으로|이랑|때문에',
    // "가을", "마을" and "노을" are nouns, and what asks is whole: "언제까지", "누구한테".
    `(?<!가|마|노)을|를|은|는|${NOT_ASKING}(?:에|에서|에게|한테|보다|하고|든지)|${NOT_ASKING}(?<!여기|처음)(?:부터|까지)`,
    // "라면" is a dish, "최고" is the best, "어서" hurries.
    '(?:으|다|하|되|이|있|없)면|(?:있|없|이|좋|싶|가|했|었|았)고|(?:해|아|와|가|라|여)서|(?<=\\S)어서|(?:제|내)가|^글쎄요?',
  ]),
  unfinished: onlyOpening('저기|저기요|혹시|그럼|그러면|음|어|안녕하세요|죄송한데|죄송하지만', [
    '저는|나는|혹시|제 이름은|문제는|질문은',
    '(?:질문이|부탁이|궁금한 게|궁금한 것이|알고 싶은 게|물어볼 게) 있는데(?:요)?|(?:물어보고|알고|듣고) 싶은데(?:요)?|궁금한데(?:요)?',
    '잠깐만(?:요)?|잠시만(?:요)?|있잖아(?:요)?|그게|뭐랄까|생각 좀',
  ]),
  digits: wordSet('공 영 일 이 삼 사 오 육 칠 팔 구'),
};
