import { anyLanguage, FIRST_SOUNDS, MURMURS } from './any.js';
import type { Language } from './language.js';
import { endingWith, phraseSet, wordSet } from './words.js';

const BEFORE = '^(?:那|请|請|麻烦|麻煩|嗯|呃|你好|您好|好|就是)*';
const TELL = '(?:(?:帮|幫|告诉|告訴|给|給|跟)我(?:讲|講|说|說)?(?:一下|一个|一個)?)';

/** Mandarin, in both ways of writing. "好了", "行了" and "可以了" mean enough: none of them is among what listeners say. */
export const chinese: Language = {
  ...anyLanguage,
  murmurs: phraseSet(MURMURS, '嗯, 嗯哼, 唔, 哦, 噢, 喔, 啊, 呵, 哈, 哇, 诶, 欸'),
  firstSounds: phraseSet(FIRST_SOUNDS, '呃, 额, 唉, 哎, 那'),
  listening: phraseSet(
    '对, 對, 对啊, 對啊, 对呀, 對呀, 是, 是的, 是啊, 是呀, 好, 好的, 好啊, 行, 可以, ok, okay, 没错, 沒錯, 当然, 當然, 明白, 明白了, 我明白, 我明白了, 懂, ' +
      '懂了, 我懂, 我懂了, 知道了, 我知道了, 了解, 瞭解, 原来如此, 原來如此, 原来是这样, 原來是這樣, 这样啊, 這樣啊, 这样子, 這樣子, 是吗, 是嗎, 真的, 真的吗, 真的嗎, 确实, ' +
      '確實, 的确, 的確, 有道理, 有意思, 不错, 不錯, 厉害, 厲害, 太好了, 太棒了, 挺好, 很好',
  ),
  listeningAlone: phraseSet(
    '继续, 繼續, 继续说, 繼續說, 请继续, 請繼續, 你继续, 你繼續, 接着说, 接著說, 你说, 你說, 然后呢, 然後呢',
  ),
  openEnd: endingWith([
    '跟|或|或者|但|但是|可是|不过|不過|因为|因為|所以|如果|要是|虽然|雖然|而且|然后|然後|并且|並且|以及|还有|還有|把|被',
    '为了|為了|关于|關於|对于|對於|比如|例如|就是|还是|還是|一个|一個|给|給|^那个|^那個|^这个|^這個|^就',
    // "现在", "是不是" and "暖和" are whole.
    '(?<!现|現|不|存|还|還|自)在|(?<!不)是|(?<!暖|温|溫|平)和|从|從|(?<!是)(?:我|你|您|他|她|我们|我們)的',
  ]),
  unfinished: endingWith([
    `${BEFORE}(?:我(?:想|要|想要|想知道|想问|想問|想问一下|想問一下|需要|希望)|(?:我的(?:名字|问题|問題)|问题|問題)是)`,
    `${BEFORE}(?:你|您)?(?:能|能不能|可以|可不可以|能否)${TELL}?`,
    `${BEFORE}(?:${TELL}|(?:你|您)知道|(?:让|讓)?我想想|等一下|等等|稍等|我是说|我是說|那个|那個|这个|這個|就是)`,
    '但是|可是|不过|不過|因为|因為|所以|如果|虽然|雖然|而且|然后|然後|或者|比如|比如说|比如說|例如|以及|呃|额',
  ]),
  digits: wordSet('零 〇 一 二 两 三 四 五 六 七 八 九 幺'),
};
