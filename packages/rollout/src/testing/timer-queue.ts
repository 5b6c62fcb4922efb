export interface Timer {
  /** Milliseconds, by the clock's own count. */
  readonly at: number;
  readonly order: number;
  /** Undefined: cancelled. */
  run: (() => void) | undefined;
}

/** A binary heap by time, then order. */
export function timerQueue() {
  const heap: Timer[] = [];
  const isBefore = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

  /** Puts the timer where it belongs, from `index` towards the root. */
  function rise(timer: Timer, from: number): void {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(timer, parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = timer;
  }

  function removeFirst(): void {
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      if (left === undefined) break;
      const isRight = right !== undefined && isBefore(right, left);
      const next = isRight ? right : left;
      if (!isBefore(next, last)) break;
      heap[index] = next;
      index = 2 * index + (isRight ? 2 : 1);
    }
    heap[index] = last;
  }

  function dropCancelled(): void {
    while (heap[0] !== undefined && heap[0].run === undefined) removeFirst();
  }

  return {
    add: (timer: Timer) => rise(timer, heap.push(timer) - 1),
    /** The first one, if it is due until then. */
    take(until: number): Timer | undefined {
      dropCancelled();
      const [first] = heap;
      if (first === undefined || first.at > until) return undefined;
      removeFirst();
      return first;
    },
    isEmpty(): boolean {
      dropCancelled();
      return heap.length === 0;
    },
  };
}
