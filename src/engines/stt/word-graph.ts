/** Phrases as a graph of words: every way from state 0 to an end is one of them. As few states as there can be. */

export interface WordGraph {
  readonly words: readonly string[];
  /** From a state to a state, by a word's number. */
  readonly arcs: readonly (readonly [from: number, to: number, word: number])[];
  readonly ends: readonly number[];
}

interface Node {
  readonly next: Map<string, Node>;
  ends: boolean;
}

export function wordGraph(phrases: Iterable<readonly string[]>): WordGraph {
  const root: Node = { next: new Map(), ends: false };
  for (const phrase of phrases) add(root, phrase);
  return numbered(shared(root, new Map(), new Map()));
}

function add(root: Node, phrase: readonly string[]): void {
  let node = root;
  for (const word of phrase) {
    const next = node.next.get(word) ?? { next: new Map(), ends: false };
    node.next.set(word, next);
    node = next;
  }
  node.ends = true;
}

/** Nodes that the same words lead on from become one: from the ends of the phrases towards their beginning. */
function shared(node: Node, known: Map<string, Node>, ids: Map<Node, number>): Node {
  for (const [word, next] of node.next) node.next.set(word, shared(next, known, ids));
  const ways = [...node.next].map(([word, next]) => `${word} ${ids.get(next)}`).sort();
  const key = `${node.ends} ${ways.join(' ')}`;
  const same = known.get(key);
  if (same !== undefined) return same;
  known.set(key, node);
  ids.set(node, ids.size);
  return node;
}

function numbered(root: Node): WordGraph {
  const states = new Map<Node, number>([[root, 0]]);
  const words = new Map<string, number>();
  const arcs: [number, number, number][] = [];
  // A Map gives also what is added while it is walked through.
  for (const [node, from] of states) {
    for (const [word, next] of node.next) {
      arcs.push([from, numberOf(states, next), numberOf(words, word)]);
    }
  }
  const ends = [...states].flatMap(([node, state]) => (node.ends ? [state] : []));
  return { words: [...words.keys()], arcs, ends };
}

function numberOf<T>(numbers: Map<T, number>, thing: T): number {
  const number = numbers.get(thing) ?? numbers.size;
  numbers.set(thing, number);
  return number;
}
