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
      ...['quiero', 'me gustaría', 'quiero ir a la', 'me puedes decir', '¿Me puedes', 'mi nombre es', 'pero'],
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

/** Short answers, refusals and wishes, parted by bars: most sentences that callers say. */
const SHORT: Readonly<Record<string, Readonly<Record<keyof Samples, string>>>> = {
  de: {
    backchannel: 'ach ja | Ja, okay. | Gut. | Wirklich?',
    complete: `Ja, ich will. | Ja, ich möchte gern. | Ja, ich kann. | Erzähl mal. | Zeig mal. | Erzählen Sie bitte. |
      Ich lade dich ein. | Mir fällt nichts ein. | Schalte das Licht ein. | Ich nehme den. | Das weiß ich eh. | Ach was! |
      ich lade dich ein | schalte das Licht ein | ich nehme den | das weiß ich eh | hör mir zu | komm mit | denk mal nach |
      ich steige um | mach die Tür zu | Hör mir zu. | Komm mit. | Nein. | Nein, danke. | Lass das. | Stopp. | Halt. |
      Ich will nicht. | ich will nicht | Ich kann nicht. | Das reicht. | Hör auf. | Sei still. | Ruhe. | Noch einmal. |
      Nicht so schnell. | Weiß ich nicht. | Keine Ahnung. | Vielleicht. | Ich denke schon. | Ich auch. | Ich nicht. |
      Lieber nicht. | Bitte nicht. | Ja, bitte. | Ja, gern. | ja gern | Ich will. | Ich möchte. | Ich kann. | Das kann sein. |
      Das war's. | Nur eines. | Mit einem. | Und ob. | und ob | Und wie. | Warum nicht. | Das geht. | Geht nicht. | Genug. |
      Von mir aus. | Naja. | Ich habe keine. | Ich bin dagegen. | Ja, das ist es. | Eins. | Doch. | Ich glaube nicht. |
      Ich glaube. | Ja, ich glaube. | kommst du mit | ich gebe nach | Ja, oder. | das ist es`,
    incomplete: `ich will | ich möchte | ich kann | ich möchte nach | ich will ein | ich suche ein | ich glaube | sag mal |
      Zeig mir. | Erzähl mir bitte. | zeig mir mal | Ich möchte gern. | Das ist. | Ich heiße. | Ich wollte fragen. |
      Ich weiß nicht, ob. | ich weiß nicht ob | Mein. | Ich gehe zum. | Kaffee oder. | ich fahre morgen nach | das gibt ein | naja`,
  },
  fr: {
    backchannel: 'Oui. | Ah bon ? | Oui, parfait. | Compris.',
    complete: `Oui, je veux bien. | Je veux bien. | Oui, vous pouvez. | Oui, tu peux. | Oui, dis-moi. | J'en veux un. |
      Numéro un. | oui je peux | oui j'en ai | qui c'est | mais si | bah si | coupe le son | je suis contre | je suis pour |
      Mais si. | Coupe le son. | Je suis contre. | Ça marche ? | Non. | Non, merci. | Non merci. | Stop. | Arrête. | Ça suffit. |
      Laisse-moi. | Je ne veux pas. | je ne veux pas | Je ne peux pas. | Je ne sais pas. | je sais pas | Pas question. |
      Pas du tout. | Pas maintenant. | Jamais. | Plus tard. | Peut-être. | Je crois que oui. | je crois que si | Moi aussi. |
      Moi non plus. | Oui, merci. | Oui, je veux. | Oui, s'il vous plaît. | Encore une. | J'en veux une. | Plus d'un. |
      Il n'en reste qu'un. | Il y en a. | il y en a | Tais-toi. | Silence. | Tant pis. | J'aimerais bien. | Vous pouvez. |
      Tu peux lire. | Dis-moi. | Je prends le car. | Bon. | C'est non. | C'est bon. | c'est où | où c'est | Je peux. |
      Oui, je cherche. | Ça va. | ça va | Rien. | C'est tout. | Non, attends. | n'importe quoi | Oui, il y a.`,
    incomplete: `je veux bien | je peux | tu peux | dis-moi | vous pouvez | J'aimerais. | Je voudrais savoir. | je me demande si |
      Pouvez-vous. | Tu peux me dire. | c'est son | je vote et par contre | c'est un cadeau pour | bon | même si | Mon nom est. |
      Je veux aller à la. | Euh. | Donc. | je veux une | est-ce que je peux`,
  },
  es: {
    backchannel: 'Sí. | Claro que sí. | Ah, ya. | Sí, sí. | ok, ya veo',
    complete: `No quiero. | No puede. | No necesito. | No sabe. | No quiero saber. | Sí, quiero. | Sí, cuéntame. | Me encantaría. |
      Está bien, eh. | no puedo | no hay | no tengo | ya está | aquí está | ahí está | para | por favor para | Para. |
      Por favor, para. | para para | ya para | No puedo. | No hay. | No tengo. | Vaya. | No. | No, gracias. | no gracias | Basta. |
      Basta ya. | Ya. | Ya basta. | Ya está. | Cállate. | Silencio. | Déjame. | Déjalo. | Ahora no. | Todavía no. | Nunca. |
      Otra vez. | Más tarde. | No sé. | no sé | No lo sé. | Tal vez. | Quizás. | Creo que sí. | Creo que no. | Yo también. |
      Yo tampoco. | Yo no. | Sí, por favor. | Sí, gracias. | Quiero. | Necesito. | Puede. | Puede ser. | Me gustaría. |
      Dime. | Cuéntame. | A ver. | Bueno. | No, no quiero. | no quiero | no quiero nada | Uno. | Solo uno. | Ninguno. | Nada. |
      Nada más. | Eso es todo. | Para ya. | No es. | no es | no está | No, espera. | Vitamina E. | Igual que tu. | Quiero pedir. |
      Sí, puedes. | quién es | dónde está | no, para | No, para.`,
    incomplete: `quiero | me encantaría | puede | dime | cuéntame | a ver | bueno | Quisiera. | Quiero saber. | Me puedes decir. |
      Puede decirme. | es para | un regalo para | está | mi casa es | Es que. | Eh. | Quiero ir a mi casa con. | Fui porque. |
      Pues. | quiero un | aquí hay un`,
  },
  it: {
    backchannel: 'Sì. | Va bene. | Certo, certo. | Ah, capisco.',
    complete: `Sì, voglio. | Mi piacerebbe. | Sì, puoi. | Lo sa. | Sì, raccontami. | Ne voglio una. | Numero una. | chi sei | dove sei |
      chi è | non posso | non c'è | sì ho | a casa mia | mamma mia | è colpa tua | Chi sei? | Non posso. | Non c'è. |
      A casa mia. | Mamma mia. | È colpa tua. | No. | No, grazie. | no grazie | Basta. | Basta così. | Smettila. | Zitto. |
      Lascia stare. | Lasciami. | Non voglio. | non voglio | Non lo so. | non lo so | Non so. | Non ora. | Non adesso. | Mai. |
      Più tardi. | Forse. | Credo di sì. | Credo di no. | Anch'io. | Neanch'io. | Io no. | Sì, grazie. | Sì, per favore. |
      Voglio. | Dimmi. | Mi dica. | Raccontami. | Puoi. | Può darsi. | Insomma. | Dai. | dai | ma dai | Ma dai. | Niente. |
      Niente di che. | niente di che | Non c'è di che. | Nient'altro. | Ancora una. | Uno. | Nessuno. | Ancora. | Di nuovo. |
      Ferma. | Silenzio. | Non è vero. | non è | non ho | cosa c'è | Che. | È tutto. | No, aspetta. | Puoi raccontare. | Prego.`,
    incomplete: `voglio | mi piacerebbe | puoi | dimmi | lo sa | insomma | Vorrei sapere. | Puoi dirmi. | Mi puoi. | Ho bisogno. |
      il mio | la mia | è | casa mia è | penso che | Penso che. | perché è | vado dai | voglio una | Cioè. | Allora. | Ma.`,
  },
  pt: {
    backchannel: 'Sim. | É. | é isso | Tá certo. | Ah, é? | pois é, claro',
    complete: `Não quero. | Não preciso. | Não dá. | Não pode. | Sim, quero. | Quero. | Pode. | Pode falar. | Você sabe. | Só um. |
      gmail.com. | Só uma. | por favor para | Por favor, para. | para | para para | Para. | Tudo bem? | Tudo bem. | Não. |
      Não, obrigado. | Não, obrigada. | não obrigado | Basta. | Chega. | Pare. | Para com isso. | Cala a boca. | Silêncio. |
      Deixa. | Deixa pra lá. | Agora não. | Ainda não. | Nunca. | De novo. | Mais tarde. | Não sei. | não sei | Talvez. | Acho que sim. |
      Acho que não. | Eu também. | Eu também não. | Eu não. | Sim, por favor. | Sim, obrigado. | Gostaria. | Preciso. | Posso. |
      Não posso. | não posso | não quero | não tenho | aqui está | Pode contar. | Diga. | Me conta. | Fala. | Dá. | Sabe. | Bom. |
      Bem. | Vou embora. | vou embora | Vamos embora. | O que. | o que | Por que. | por que | Nada. | Nada mais. | Nenhum. | Um. |
      É só isso. | Pode ser. | Não é. | não é | Não, espera. | Sei lá. | Tanto faz. | quem é | não, para | Eu sei.`,
    incomplete: `quero | pode | preciso | você sabe | me conta | bom | isso é | Gostaria de saber. | Você pode me dizer. |
      Eu gostaria. | Eu acho que. | eu acho que | é um presente para | quero um | quero uma | fui com | Quer dizer. | Então. | Ou. |
      Quero ir ao. | tipo`,
  },
  nl: {
    backchannel: 'Ja. | Oké. | Ja, precies. | Is goed. | Echt?',
    complete: `Ja, ik wil. | Ja, ik wil graag. | Ja, dat kan. | Dat kan. | Het kan. | Dat moet. | Daar hou ik van. | Ik wil er een. |
      Nummer een. | ik heb er geen zin in | daar ben ik voor | daar hou ik van | ik wil er een | nummer een | daar ben ik tegen |
      Ik heb er geen zin in. | Daar ben ik voor. | Nee. | Nee, bedankt. | nee bedankt | Nee, dank je. | Stop. | Genoeg. |
      Hou op. | Hou je mond. | Stil. | Laat maar. | laat maar | Doe maar. | doe maar | Zeg het maar. | Vertel maar. | Ga maar. |
      Kom maar. | Ik wil niet. | ik wil niet | Ik kan niet. | Dat kan niet. | Dat mag niet. | Weet ik niet. | Geen idee. |
      Misschien. | Ik denk het. | Ik denk van wel. | Ik ook. | Ik niet. | Liever niet. | Nu niet. | Nooit. | Nog een keer. |
      Later. | Ja, graag. | ja graag | Ja, alsjeblieft. | Graag. | Ik wil. | Ik heb. | Ik denk. | Vertel eens. | Kom nou. |
      kom nou | Nou en of. | nou en of | Waarom niet. | Dat was het. | Niks. | Geen. | Eén. | Een. | Dat is het. | Lees voor. |
      lees voor | stap in | Ja, het kan. | Dat doen we dan maar. | Van jouw. | Toch wel. | Nee, wacht even.`,
    incomplete: `ik wil | dat kan | het kan | vertel eens | ik denk | Ik zou graag. | Ik wil graag weten. | Vertel me. | Dat is. |
      Ik heet. | ik wil een | ik wil naar | ik hou van | ik wil iets voor | ja maar | Maar. | Ja, maar. | ik wil wel maar | koffie of |
      Koffie of. | Ik ging naar de. | Omdat. | Dus.`,
  },
  ja: {
    backchannel: 'ああ | うん。 | はい。 | ああ、そうですか。 | ええ、ええ。',
    complete: `予約をしたいのですが。 | 予約したいんですが。 | もしもし | もしもし。 | どういうこと | そういうこと | 別に | 後で | 日本語で |
      どこに | 何時から | どういうこと？ | そういうこと。 | 別に。 | 後で。 | 日本語で。 | どこに？ | 何時から？ | いいえ。 | いや。 | いや、いい。 |
      いいえ、結構です。 | 結構です。 | やめて。 | やめてください。 | ストップ。 | 止めて。 | 黙って。 | 静かにして。 | いらない。 | いりません。 |
      いやだ。 | だめ。 | だめです。 | 無理。 | できない。 | できません。 | 知らない。 | わからない。 | わかりません。 | 多分。 | たぶんそう。 |
      もう一度。 | もう一回。 | 私も。 | 僕は違う。 | お願いします。 | はい、お願いします。 | もういい。 | もう結構です。 | 今はいい。 | まだです。 |
      急いで | 読んで | 読んで。 | ありがと | どうしたら | 特に | 一緒に | 英語で | あとで | 誰が | 何を | いつから | ぴったり | そうなの |
      はい、待って。 | お名前は | 違います。 | 大丈夫です。 | 一人で`,
    incomplete: `予約したいんですが | 予約をしたいのですが、 | 明日もし | もし | 彼と | 病院で | 学校に | 昨日から | 時間が | 本を | 私は | それで |
      例えば。 | しかし。 | あのー。 | 聞きたいことがあるんですけど。 | うーんと。 | 私の名前は。 | 行ったら | 駅まで行きたいのですが | ちょっと待って。`,
  },
  zh: {
    backchannel: '是 | 是。 | 是是是 | 行 | 行。 | 嗯。 | 嗯嗯 | 嗯，是。 | 好，行。',
    complete: `能。 | 我要。 | 我需要。 | 那可以。 | 就是。 | 告诉我。 | 查一下我的余额。 | 付了多少金额。 | 查一下我的余额 | 再好不过。 |
      再好不过 | 我也是 | 再来一个 | 听你的 | 我在 | 我也是。 | 再来一个。 | 听你的。 | 我在。 | 好是好。 | 好是好 | 真的是。 | 行行好 |
      行行好。 | 不。 | 不要。 | 不要 | 不用。 | 不用了。 | 不用，谢谢。 | 不，谢谢。 | 算了。 | 停。 | 停下。 | 够了。 | 别说了。 |
      闭嘴。 | 安静。 | 不行。 | 不可以。 | 不能。 | 我不要。 | 我不想。 | 我不知道。 | 不知道 | 不清楚。 | 没有。 | 没有 | 也许。 | 可能吧。 |
      再说一遍。 | 慢一点。 | 等会儿。 | 以后再说。 | 我也不。 | 我想要。 | 要。 | 会。 | 想。 | 给我。 | 帮我。 | 跟我说。 | 那个。 |
      这个。 | 你知道。 | 下一个 | 换一个 | 一个 | 再讲一个 | 这是我的 | 都是 | 我一直在 | 我也在 | 我说不过他 | 我们还有。 | 你可以。`,
    incomplete: `能 | 我要 | 我需要 | 告诉我 | 你可以 | 你能告诉我。 | 能不能告诉我。 | 我想知道。 | 我住在 | 他是 | 我要一个 | 额 | 额。 |
      我想要额 | 不过 | 不过。 | 我想去不过 | 真的是 | 我的 | 那个 | 这个 | 让我想想。 | 等一下。 | 呃。 | 我正在 | 所以。 | 我的名字是。`,
  },
  ko: {
    backchannel: '어 | 어. | 와 | 와! | 네. | 어, 어. | 응, 그래.',
    complete: `가을 | 마을 | 언제까지 | 누구한테 | 가을. | 언제까지? | 누구한테? | 노을 | 어디에 | 언제부터 | 아니. | 아니요. | 아니오. |
      아니요, 괜찮아요. | 괜찮아요. | 됐어요. | 됐어. | 그만. | 그만해. | 그만해요. | 멈춰. | 조용히 해. | 싫어. | 싫어요. | 안 돼. |
      안 돼요. | 못 해요. | 필요 없어요. | 몰라. | 몰라요. | 모르겠어요. | 글쎄요. | 아마도. | 나도. | 저도요. | 저는 아니에요. |
      다시. | 다시 한번. | 천천히. | 나중에요. | 지금은 안 돼요. | 원하지 않아요. | 하지 마. | 하지 마세요. | 네, 주세요. | 네, 부탁해요. |
      제가. | 내가. | 나한테. | 저기. | 뭐든지 | 언제든지 | 처음부터 | 여기까지 | 잘했어 | 괜찮은데 | 싫은데 | 모르겠는데 | 없어요. | 있어요. | 하나만. | 왜. | 와 봐 |
      네, 잠깐만요.`,
    incomplete: `제가 | 내가 | 나한테 | 저기 | 글쎄요 | 물을 | 학교까지 | 친구한테 | 저는. | 제 이름은. | 그게. | 잠시만요. | 있잖아. |
      커피를, | 학교에서 | 만약에. | 여기에 | 왜냐하면. | 가면서`,
  },
};

describe.each(Object.entries(SAMPLES))('the table of %s', (code, samples) => {
  const language = languageFor(code);
  for (const kind of ['backchannel', 'complete', 'incomplete'] as const) {
    it.each([...samples[kind], ...SHORT[code]![kind].split(/\s*\|\s*/)])(`takes "%s" for ${kind}`, (text) => {
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
      for (const phrase of phrases) {
        expect(plainWords(writtenWords(phrase.split(' '))).join(' ')).toBe(phrase);
        // As many as `completeness.ts` looks for.
        expect(phrase.split(' ').length).toBeLessThanOrEqual(12);
      }
    for (const words of [leading, neverLast, digits])
      for (const word of words) expect(plainWords(word)).toEqual([word]);
  });
});

it.each([
  ['zh', '嗯'],
  ['ja', 'ああ'],
  ['ko', '어'],
  ['ko', '와'],
])('in %s, "%s" is an answer, which wants one', (code, text) => {
  expect(isMurmur(text, languageFor(code))).toBe(false);
});

it('takes many words of listeners for more than listening', () => {
  expect(wordsOf('嗯嗯', chinese)).toBe('backchannel');
  expect(wordsOf('嗯嗯嗯嗯', chinese)).toBe('complete');
  expect(wordsOf('对'.repeat(40), chinese)).toBe('complete');
  expect(isMurmur('哦'.repeat(40), chinese)).toBe(true);
  expect(isMurmur(`${'哦'.repeat(40)}停`, chinese)).toBe(false);
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
