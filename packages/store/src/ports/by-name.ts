/**
 * A record by names that people chose. It inherits nothing, so that a service called `constructor` is not there before it is
 * stored.
 */
export function byName<Row, Value>(
  rows: readonly Row[],
  name: (row: Row) => string,
  value: (row: Row) => Value,
): Readonly<Record<string, Value>> {
  const record: Record<string, Value> = Object.create(null);
  for (const row of rows) record[name(row)] = value(row);
  return record;
}
