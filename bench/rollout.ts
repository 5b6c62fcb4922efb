import type { Scope } from "../test/e2e/platform.ts";
import type { CountRow, Row, SizeRow } from "./measure.ts";
import { causes } from "./rollout/causes.ts";
import { compare } from "./rollout/compare.ts";
import { many } from "./rollout/many.ts";
import { resume } from "./rollout/resume.ts";
import { startWorld } from "./rollout/world.ts";

/** What a rollout costs on real clusters, beside what others do with the same objects; `PART=compare` in the environment: only that. */
export async function rollout(scope: Scope): Promise<readonly (Row | SizeRow | CountRow)[]> {
  const wanted = (part: string): boolean => [undefined, part].includes(process.env["PART"]);
  const some = await within(async (inner) => {
    if (!["compare", "resume", "causes"].some(wanted)) return [];
    const world = await startWorld(inner);
    return [
      ...(wanted("compare") ? await compare(world) : []),
      ...(wanted("resume") ? await resume(inner, world) : []),
      ...(wanted("causes") ? await causes(inner, world) : []),
    ];
  });
  return [...some, ...(wanted("many") ? await many(scope) : [])];
}

/** Ends what the work has started when it is done. */
async function within<T>(work: (scope: Scope) => Promise<T>): Promise<T> {
  const cleanUps: (() => Promise<void>)[] = [];
  try {
    return await work({ after: (cleanUp) => void cleanUps.push(cleanUp) });
  } finally {
    for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  }
}
