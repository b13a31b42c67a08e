/** The tables of languages, as `completeness.ts` goes by them. */
import { describe, expect, it } from 'vitest';
import { isMurmur, wordsOf, wordsSoFar } from '../../src/conversation/completeness.js';
import { anyLanguage } from '../../src/languages/any.js';
import { german } from '../../src/languages/de.js';
import { english } from '../../src/languages/en.js';
import { spanish } from '../../src/languages/es.js';
import { french } from '../../src/languages/fr.js';
import { italian } from '../../src/languages/it.js';
import { japanese } from '../../src/languages/ja.js';
import { korean } from '../../src/languages/ko.js';
import { languageFor } from '../../src/languages/language-for.js';
import { dutch } from '../../src/languages/nl.js';
import { portuguese } from '../../src/languages/pt.js';
import { plainWords, writtenWords } from '../../src/languages/words.js';
import { chinese } from '../../src/languages/zh.js';

interface Samples {
  readonly backchannel: readonly string[];
  readonly complete: readonly string[];
  readonly incomplete: readonly string[];
}

const SAMPLES: Readonly<Record<string, Samples>> = {
  de: {
    backchannel: [
      ...[
        'ja, genau',
        'Ja.',
        'genau',
        'Stimmt.',
        'Ach so!',
        'okay',
        'Alles klar.',
        'ja, ja, klar',
        'mhm',
        'Ach so, ja.',
      ],
      ...['Verstehe, okay.', 'erzähl weiter', 'das stimmt', 'Ja, alles klar, gut.'],
    ],
    complete: [
      ...['nein', 'Stopp!', 'halt, warte mal', 'hör auf', 'Was hast du vor', 'ja ja ja ja', 'ja, ich will das'],
      ...['erzähl mir eine Geschichte', 'ich glaube, dass es so ist', 'weißt du, was er gesagt hat', 'wie spät ist es'],
      ...['Ich habe eine Frage.', 'Kannst du mir helfen', 'ich bin fünfundzwanzig', 'ich auch', 'danke', 'wie'],
      ...['ich möchte mit dem Zug fahren', 'Was ist das', 'ich möchte gern einen Kaffee'],
    ],
    incomplete: [
      ...['ich möchte mit dem', 'Ich möchte mit dem.', 'ich hätte gern', 'Ich hätte gern.', 'können Sie mir sagen'],
      ...[
        'Können Sie mir bitte sagen.',
        'ich war da und',
        'Ich war da und.',
        'mein Name ist',
        'also, ich wollte fragen',
      ],
      ...['meine Nummer ist null drei', 'meine Nummer ist 5 5', 'ich suche eine', 'äh', 'weil', 'ja, aber', 'das ist'],
      ...['warte mal'],
    ],
  },
  fr: {
    backchannel: [
      ...['oui', "D'accord.", 'd’accord, oui', 'ah bon', 'Je vois.', 'oui, bien sûr', "c'est vrai", 'tout à fait'],
      ...['Ouais, ok.', 'exactement', 'hum', 'vas-y'],
    ],
    complete: [
      ...[
        'non',
        'stop',
        'Arrête !',
        'si',
        "attends, j'ai une question",
        'raconte-moi une histoire',
        'quelle heure est-il',
      ],
      ...['où est la gare', 'je voudrais un café', 'Je suis fatigué.', "j'ai vingt-cinq ans", 'oui oui oui oui'],
      ...['pouvez-vous me dire où est la gare', "qu'est-ce que c'est", 'oui je le suis'],
    ],
    incomplete: [
      ...[
        'je voudrais',
        'Je voudrais.',
        'je veux aller à la',
        'pouvez-vous me dire',
        'Pouvez-vous me dire.',
        'je suis',
      ],
      ...[
        "c'est",
        "j'aimerais savoir",
        'je suis parti et',
        'mon nom est',
        'euh',
        'parce que',
        'Parce que.',
        'est-ce que',
      ],
      ...['mon numéro est zéro six', 'je veux un', "il y a d'un"],
    ],
  },
  es: {
    backchannel: [
      ...['sí', 'Sí, claro.', 'vale', 'ya veo', 'De acuerdo.', '¿En serio?', 'ajá', 'claro, claro', 'exacto', 'así es'],
      ...['si', 'Muy bien, vale.', 'entiendo'],
    ],
    complete: [
      ...['no', 'No.', 'espera, tengo una pregunta', '¡Para!', 'basta', 'ya', 'cuéntame un cuento', '¿Qué hora es?'],
      ...[
        'qué hora es',
        'dime dónde está',
        'quiero un café',
        'yo también',
        'por qué',
        'tengo veinticinco años',
        'sí lo es',
      ],
    ],
    incomplete: [
      ...[
        'quiero',
        'Quiero.',
        'me gustaría',
        'quiero ir a la',
        'me puedes decir',
        '¿Me puedes',
        'mi nombre es',
        'pero',
      ],
      ...[
        'fui allí y',
        'Fui allí y.',
        'la respuesta es',
        'mi número es seis cinco',
        'eh',
        'bueno',
        'porque',
        'un momento',
      ],
    ],
  },
  it: {
    backchannel: [
      ...[
        'sì',
        'Sì, certo.',
        'va bene',
        "d'accordo",
        'Ho capito.',
        'esatto',
        'è vero',
        'davvero?',
        'ok, capisco',
        'già',
      ],
      ...['ah ecco', 'vai avanti'],
    ],
    complete: [
      ...[
        'no',
        'basta',
        'Fermati!',
        'aspetta, ho una domanda',
        'raccontami una storia',
        'che ore sono',
        'vorrei un caffè',
      ],
      ...['perché', "dov'è la stazione", 'mi piace molto', 'sì lo è', 'ho venticinque anni', 'sì sì sì sì'],
    ],
    incomplete: [
      ...[
        'vorrei',
        'Vorrei.',
        'voglio andare alla',
        'mi può dire',
        'Mi può dire.',
        'il mio nome è',
        'sono andato e',
        'ma',
      ],
      ...['la risposta è', "un'", 'il mio numero è tre cinque', 'ehm', 'allora', 'un attimo', 'cioè'],
    ],
  },
  pt: {
    backchannel: [
      ...['sim', 'Sim, claro.', 'pois é', 'é', 'tá bom', 'Entendi.', 'com certeza', 'É verdade.', 'aham', 'isso mesmo'],
      ...['pois, pois', 'legal', 'pode continuar'],
    ],
    complete: [
      ...['não', 'para', 'Pare!', 'espera, tenho uma pergunta', 'conte uma história', 'que horas são', 'quero um café'],
      ...['o que é', 'por que não', 'gosto muito', 'tenho vinte e cinco anos', 'sim sim sim sim'],
    ],
    incomplete: [
      ...['eu quero', 'Eu queria.', 'gostaria de saber', 'você pode me dizer', 'quero ir para a', 'meu nome é', 'mas'],
      ...['fui lá e', 'Fui lá e.', 'a resposta é', 'meu número é nove oito', 'hã', 'então', 'um momento'],
    ],
  },
  nl: {
    backchannel: [
      ...['ja', 'Ja, precies.', 'oké', 'klopt', 'dat klopt', 'inderdaad', 'Ik snap het.', 'ach zo', 'ja ja', 'hmhm'],
      ...['echt waar?', 'goed, prima', 'ga door'],
    ],
    complete: [
      ...[
        'nee',
        'stop',
        'hou op',
        'Wacht even, ik heb een vraag',
        'vertel me een verhaal',
        'hoe laat is het',
        'doe je mee',
      ],
      ...[
        'ik weet niet wat het is',
        'waar is dat voor',
        'ik wil koffie',
        'ik ben vijfentwintig',
        'waar',
        'kun je me helpen',
      ],
    ],
    incomplete: [
      ...[
        'ik wil graag',
        'Ik wil graag.',
        'ik wil naar de',
        'kunt u mij vertellen',
        'Kun je me zeggen.',
        'mijn naam is',
      ],
      ...['ik ging en', 'Ik ging en.', 'omdat', 'mijn nummer is zes vijf', 'eh', 'nou', 'dat is', 'wacht even'],
    ],
  },
  ja: {
    backchannel: [
      ...[
        'はい',
        'はい、そうですね。',
        'なるほど。',
        'うんうん',
        'そうなんですか？',
        'へえ',
        '確かに',
        'うん うん',
        'なるほど、はい、わかりました。',
      ],
      ...['すごい！', '本当ですか？', '続けてください', 'OK'],
    ],
    complete: [
      ...[
        'いいえ',
        'やめて',
        'ストップ',
        '待ってください',
        'もういいです',
        'はい、いいです',
        '話を聞かせて',
        '今何時ですか',
        'こんにちは',
      ],
      ...[
        '東京に行きたい',
        'ちょっと',
        'なんで',
        'やめないで',
        'いつでも',
        'お名前は？',
        '道を教えてほしいんですけど。',
        'さようなら',
      ],
    ],
    incomplete: [
      ...[
        '私の名前は',
        '東京に',
        '昨日行ったけど',
        '時間がないから',
        '雨なので',
        'コーヒーを',
        'えーと',
        'えーと。',
        'そして。',
      ],
      ...[
        '聞きたいんですけど。',
        'すみません、質問があるんですが。',
        '昨日、',
        '番号は零三',
        '番号は 5 5',
        'でも',
        '行きたいけど、',
      ],
    ],
  },
  zh: {
    backchannel: [
      ...[
        '嗯',
        '对',
        '对，对。',
        '是的',
        '好的。',
        '明白了',
        '没错',
        '原来如此',
        '真的吗？',
        '嗯，好的',
        '對對對',
        '我知道了',
        '继续说',
      ],
    ],
    complete: [
      ...[
        '不',
        '不是',
        '停',
        '停一下',
        '好了',
        '行了',
        '等等，我有问题',
        '给我讲个故事',
        '现在几点了',
        '他现在',
        '现在',
      ],
      ...['我二十五', '你是谁？', '这是红色的', '我想喝咖啡', '我不在', '对对对对'],
    ],
    incomplete: [
      ...[
        '我想',
        '我想。',
        '然后',
        '然后。',
        '因为',
        '但是。',
        '我的名字是',
        '你能告诉我',
        '我去了那里，然后',
        '我和',
        '我在',
        '如果',
      ],
      ...['我的号码是一三', '我的号码是 1 3', '昨天，', '昨天、', '呃', '等一下', '請告訴我', '關於'],
    ],
  },
  ko: {
    backchannel: [
      ...[
        '네',
        '네, 네.',
        '맞아요',
        '그렇군요.',
        '아, 그래요?',
        '알겠습니다',
        '음',
        '정말요?',
        '진짜',
        '계속하세요',
        '네 네 그렇죠',
      ],
    ],
    complete: [
      ...[
        '아니요',
        '그만',
        '잠깐, 질문 있어요',
        '멈춰',
        '됐어요',
        '이야기해 주세요',
        '지금 몇 시예요',
        '최고',
        '라면',
        '커피 주세요',
      ],
      ...['저는 스물다섯 살이에요', '뭐라고', '서울에 가고 싶어요'],
    ],
    incomplete: [
      ...[
        '저는',
        '그리고',
        '그리고.',
        '가고 싶은데',
        '제 이름은',
        '왜냐하면',
        '서울에서',
        '비가 오니까',
        '커피를',
        '하지만.',
        '어제,',
      ],
      ...['제 번호는 공 일', '번호는 5 5', '질문이 있는데요.', '잠깐만요', '궁금한 게 있는데', '시간이 있으면'],
    ],
  },
};

describe.each(Object.entries(SAMPLES))('the table of %s', (code, samples) => {
  const language = languageFor(code);
  for (const [kind, texts] of Object.entries(samples)) {
    it.each([...texts])(`takes "%s" for ${kind}`, (text) => {
      expect(wordsOf(text, language)).toBe(kind);
    });
  }

  it('has murmurs, which want no answer, and their first sounds', () => {
    for (const murmur of ['mhm', 'Hm.', 'mm', 'Aha!', 'uh huh', ...language.murmurs]) {
      expect([murmur, isMurmur(murmur, language)]).toEqual([murmur, true]);
      expect([murmur, wordsOf(murmur, language)]).toEqual([murmur, 'backchannel']);
    }
    for (const sound of ['m', 'Mh…', ...language.firstSounds]) {
      expect([sound, wordsSoFar(sound, language)]).toEqual([sound, 'none']);
    }
  });

  it('has some twenty words of listeners, none of which goes on', () => {
    const listening = [...language.listening, ...language.listeningAlone];
    expect(listening.length).toBeGreaterThanOrEqual(20);
    for (const phrase of listening) {
      expect([phrase, wordsOf(phrase, language)]).toEqual([phrase, 'backchannel']);
      expect([phrase, wordsSoFar(phrase, language)]).toEqual([phrase, 'backchannel']);
    }
  });

  it('has phrases as they are found in what is heard', () => {
    const { murmurs, firstSounds, listening, listeningAlone, leading, neverLast, digits } = language;
    for (const phrases of [murmurs, firstSounds, listening, listeningAlone])
      for (const phrase of phrases) expect(plainWords(writtenWords(phrase.split(' '))).join(' ')).toBe(phrase);
    for (const words of [leading, neverLast, digits])
      for (const word of words) expect(plainWords(word)).toEqual([word]);
  });
});

describe('a language without a table', () => {
  it.each([
    ['mhm', 'backchannel'],
    ['Tak.', 'complete'],
    ['yes', 'complete'],
    ['chciałbym', 'complete'],
    ['chciałbym,', 'incomplete'],
    ['chciałbym…', 'incomplete'],
    ['numer 5 5', 'incomplete'],
    ['', 'none'],
  ] as const)('goes by murmurs, stops and digits: "%s" is %s', (text, words) => {
    expect(wordsOf(text, languageFor('pl'))).toBe(words);
  });

  it('knows letters with marks of their own', () => {
    expect(plainWords('हिन्दी ठीक है।')).toEqual(['हिन्दी', 'ठीक', 'है']);
    expect(plainWords('Verstehe für'.normalize('NFD'))).toEqual(['verstehe', 'für']);
  });
});

it.each([
  ['de', german],
  ['de-AT', german],
  ['DE_ch', german],
  ['German', german],
  ['en-US', english],
  ['english', english],
  ['es-419', spanish],
  ['castilian', spanish],
  ['fr-CA', french],
  ['italian', italian],
  ['pt-BR', portuguese],
  ['nl', dutch],
  ['flemish', dutch],
  ['ja-JP', japanese],
  ['zh-Hant-TW', chinese],
  ['mandarin', chinese],
  ['ko', korean],
  ['pl', anyLanguage],
  ['constructor', anyLanguage],
  ['', anyLanguage],
])('finds the table of "%s"', (name, language) => {
  expect(languageFor(name)).toBe(language);
});
