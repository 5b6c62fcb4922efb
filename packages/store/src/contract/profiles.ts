import assert from "node:assert/strict";
import { it } from "node:test";
import type { Store } from "../open-store.ts";
import { at } from "./records.ts";

/** Versions of the profile. */
export function profileCases(make: () => Promise<Store>): void {
  it("keeps every version of the profile; of several who change one, the first is heard", async () => {
    const { profiles } = await make();
    assert.equal(await profiles.newest(), undefined);
    const one = { text: "# one", actor: "admin", createdAt: at(1) };
    assert.deepEqual(await profiles.append(one, 0), { version: 1, ...one });
    assert.equal(await profiles.append({ ...one, text: "# late" }, 0), undefined);
    assert.equal(await profiles.append({ ...one, text: "# early" }, 2), undefined);
    const racing = await Promise.all(
      Array.from({ length: 5 }, (_, index) => profiles.append({ ...one, text: `# two ${index}` }, 1)),
    );
    const won = racing.filter((record) => record !== undefined);
    assert.deepEqual(
      won.map(({ version }) => version),
      [2],
    );
    assert.deepEqual(await profiles.newest(), won[0]);
    const { text: _, ...author } = one;
    assert.deepEqual(await profiles.list(10), [
      { version: 2, ...author },
      { version: 1, ...author },
    ]);
    assert.equal((await profiles.list(1)).length, 1);
    assert.deepEqual(await profiles.get(1), { version: 1, ...one });
    assert.equal(await profiles.get(3), undefined);
  });
}
