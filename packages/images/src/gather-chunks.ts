import { Transform } from "node:stream";

const enough = 256 * 1024;

/**
 * Puts the small pieces of a tar together and shows each whole one to `see`. What comes next works in another thread, and asking it
 * for every header would take longer than the work.
 */
export function gatherChunks(see: (chunk: Buffer) => void): Transform {
  let held: Buffer[] = [];
  let length = 0;
  const give = (): Buffer => {
    const whole = Buffer.concat(held);
    held = [];
    length = 0;
    see(whole);
    return whole;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      held.push(chunk);
      length += chunk.length;
      next(null, length < enough ? undefined : give());
    },
    flush(next) {
      next(null, length === 0 ? undefined : give());
    },
  });
}
