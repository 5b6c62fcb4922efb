/** Questions to one cluster under way at a time. */
const atOnce = 10;

/** Asks about each item, few at a time: the answers in the items' order. After a failure, which is thrown, no more are asked. */
export async function askFewAtOnce<Item, Answer>(
  items: readonly Item[],
  ask: (item: Item) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const left = takenOnce(items);
  const worker = async () => {
    for (const [index, item] of left) answers[index] = await ask(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return answers;
}

/** All workers take from the one generator; whoever leaves it by a failure ends it for the others. */
function* takenOnce<Item>(items: readonly Item[]): Generator<[number, Item]> {
  yield* items.entries();
}
