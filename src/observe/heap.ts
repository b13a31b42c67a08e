/**
 * What is really in use: in between two collections of the whole heap nobody can tell what waits for the next one from what
 * stays, so the heap is read as each of them leaves it. Of that, V8's compiled code grows for hours without anything being
 * wrong, as one function after the other has run often enough to be worth compiling; so it is told apart.
 */
import { constants, type NodeGCPerformanceDetail, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapCodeStatistics, getHeapStatistics } from 'node:v8';

export interface HeapLeft {
  /** Everything but the code. */
  readonly dataBytes: number;
  readonly codeBytes: number;
}

/** Until the signal aborts. A little that came behind the collection may be counted: Node tells of it a moment later. */
export function watchHeap(onCollected: (left: HeapLeft) => void, signal: AbortSignal): void {
  const observer = new PerformanceObserver((list) => {
    if (list.getEntries().some(isOfTheWhole)) onCollected(heapLeft());
  });
  observer.observe({ entryTypes: ['gc'] });
  signal.addEventListener('abort', () => observer.disconnect(), { once: true });
}

/** It walks through the heap for the code: some 5 ms of 60 MB, where the collection has taken several times that. */
function heapLeft(): HeapLeft {
  const { code_and_metadata_size: compiled, bytecode_and_metadata_size: bytecode } = getHeapCodeStatistics();
  const codeBytes = compiled + bytecode;
  return { dataBytes: getHeapStatistics().used_heap_size - codeBytes, codeBytes };
}

/** Node's types have no entries of the collector's own. */
const isOfTheWhole = (entry: PerformanceEntry & { readonly detail?: NodeGCPerformanceDetail }) =>
  entry.detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
