import { anyLanguage, FIRST_SOUNDS, MURMURS } from './any.js';
import type { Language } from './language.js';
import { endingWith, phraseSet, wordSet } from './words.js';

const BEFORE = '^(?:すみません|あの|ええと|えっと|ちょっと|じゃあ|では)*';
/** What asks is whole with its particle: "いつから", "どこに". */
const ASKING = '何|何時|なに|誰|だれ|どこ|どれ|どっち|どちら|いつ';

/**
 * Particles say that more comes. A recogniser's full stop outweighs them, for polite wishes end with けど and が, but not
 * what fills a pause. "もういい", "いいです" and "大丈夫" decline: none of them is among what listeners say.
 */
export const japanese: Language = {
  ...anyLanguage,
  murmurs: phraseSet(
    MURMURS,
    'ん, んん, んー, あー, おお, おー, へえ, へー, へぇ, ほう, ほお, ほー, ふうん, ふーん, ふん, ははあ, ははー',
  ),
  firstSounds: phraseSet(FIRST_SOUNDS, 'あ, え, えっ, お, う, ふ, へ, ほ, えー, あの'),
  listening: phraseSet(
    'はい, はーい, ああ, ええ, うん, そう, そうそう, そうですね, そうですか, そうなんですか, そうなんですね, そうなんだ, そうか, そっか, そうだね, なるほど, なるほどね, なるほどですね, ' +
      '確かに, たしかに, 本当, 本当に, 本当ですか, ほんと, ほんとに, ほんとうに, すごい, すごいですね, すごいね, わかりました, 分かりました, わかります, 分かります, わかった, ' +
      '分かった, 了解, 了解です, オーケー, ok, もちろん, その通り, その通りですね, いいですね, いいね, 面白い, 面白いですね, おもしろい, さすが',
  ),
  listeningAlone: phraseSet('続けて, 続けてください, 続けて下さい, どうぞ, どうぞ続けて'),
  openEnd: endingWith([
    `(?<!${ASKING})(?:を|が|より|から)|けど|けれど|けれども|ので|のに|(?<!どうし)たら|とか|という|ための`,
    'として|について|によって|に関して|(?<!ぴっ)たり|ながら',
    // "こんにちは", "ちょっと", "ということ", "別に", "急いで", "なんで", "さようなら" and "いつでも" are whole.
    '(?<!こんにち|こんばん|お名前)は|(?<!っ|ん|な|何|こ|ありが)と',
    `(?<!${ASKING}|な|別|べつ|特|一緒|絶対|大事|すぐ)に|(?<!${ASKING}|い|ん|お|後|あと|語|自分|人|みんな)で`,
    '(?<!さよう|さよ)なら|(?:^|です|ます|ました)でも',
    '(?<=[\\p{Script=Han}ー])へ|(?:私|僕|俺|彼|彼女|あなた|こ|そ|あ|ど)の|それで|それから|つまり|または|あるいは|(?<!もし)もし',
  ]),
  unfinished: endingWith([
    `${BEFORE}(?:お?聞きしたい|聞きたい|お?伺いしたい|伺いたい|質問)(?:こと)?(?:が(?:ある|あり))?(?:ん|の)?(?:です|ます)?(?:けど|けれど|けれども|が)`,
    `${BEFORE}(?:(?:私|わたし|僕|俺)(?:の名前|の質問)?は|(?:ちょっと|少し)?待って|あの|その|なんか|まあ)`,
    'えーと|えっと|えと|ええと|えーっと|あのー|あのう|あのね|そのー|うーん|うーんと|んーと',
    'そして|しかし|なぜなら|例えば|たとえば',
  ]),
  digits: wordSet('零 〇 一 二 三 四 五 六 七 八 九'),
};
