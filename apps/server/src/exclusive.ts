/** Runs one task at a time, in the order of the calls; a task that fails does not stop the next one. */
export function exclusive(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const mine = last.then(task, task);
    last = mine.catch(() => {});
    return mine;
  };
}

/** The same for each key by itself. */
export function exclusiveBy(): <T>(key: string, task: () => Promise<T>) => Promise<T> {
  const lasts = new Map<string, Promise<unknown>>();
  return (key, task) => {
    const mine = (lasts.get(key) ?? Promise.resolve()).then(task, task);
    const settled = mine.then(
      () => {},
      () => {},
    );
    lasts.set(key, settled);
    void settled.then(() => {
      if (lasts.get(key) === settled) lasts.delete(key);
    });
    return mine;
  };
}
