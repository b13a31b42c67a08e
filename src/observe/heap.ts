/**
 * What is really in use: in between two collections of the whole heap nobody can tell what waits for the next one from what
 * stays, so the heap is read as each of them leaves it.
 */
import { constants, type NodeGCPerformanceDetail, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

/** Until the signal aborts. A little that came behind the collection may be counted: Node tells of it a moment later. */
export function watchHeap(onCollected: (bytes: number) => void, signal: AbortSignal): void {
  const observer = new PerformanceObserver((list) => {
    if (list.getEntries().some(isOfTheWhole)) onCollected(getHeapStatistics().used_heap_size);
  });
  observer.observe({ entryTypes: ['gc'] });
  signal.addEventListener('abort', () => observer.disconnect(), { once: true });
}

/** Node's types have no entries of the collector's own. */
const isOfTheWhole = (entry: PerformanceEntry & { readonly detail?: NodeGCPerformanceDetail }) =>
  entry.detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
