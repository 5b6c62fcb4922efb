import { type Scope, startPlatform } from "../test/e2e/platform.ts";
import { median, type Row } from "./measure.ts";

const rounds = 3;

/** From `node start.mjs` to ready with the examples deployed, in a home that has them, against the first start. */
export async function secondStart(scope: Scope): Promise<readonly Row[]> {
  const timed = async (home?: string) => {
    const begin = performance.now();
    const platform = await startPlatform(scope, { examples: true, ...(home === undefined ? {} : { home }) });
    const milliseconds = performance.now() - begin;
    await platform.stop();
    return { milliseconds, home: platform.home };
  };
  const first = await timed();
  const later: number[] = [];
  for (let round = 0; round < rounds; round += 1) later.push((await timed(first.home)).milliseconds);
  return [
    {
      what: "second start, until ready",
      milliseconds: median(later),
      peer: "first start (installed)",
      peerMilliseconds: first.milliseconds,
      bound: "3 s",
    },
  ];
}
