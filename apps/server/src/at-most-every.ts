/**
 * Calls at once, and for all calls that come within so many milliseconds once more after them: for work that costs the same
 * whether one thing has changed or many.
 */
export function atMostEvery(milliseconds: number, task: () => void): () => void {
  let again = false;
  let timer: NodeJS.Timeout | undefined;
  const call = (): void => {
    if (timer !== undefined) {
      again = true;
      return;
    }
    task();
    timer = setTimeout(() => {
      timer = undefined;
      if (!again) return;
      again = false;
      call();
    }, milliseconds).unref();
  };
  return call;
}
