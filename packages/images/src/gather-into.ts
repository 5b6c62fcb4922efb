import { finished, Writable } from "node:stream";

const enough = 256 * 1024;

/**
 * Puts the small pieces of a tar together and gives each whole one to `see` and then to `target`, which works in another thread:
 * asking it for every header would take longer than the work. Two buffers by turns hold all of them, for many short-lived ones
 * make V8 collect its whole heap in the middle of the work.
 *
 * @returns takes the pieces; ends and fails with `target`, and `target` with it
 */
export function gatherInto(target: Writable, see: (chunk: Buffer) => void): Writable {
  let filling = Buffer.allocUnsafeSlow(enough);
  let resting = Buffer.allocUnsafeSlow(enough);
  let length = 0;
  /** That `target` needs `resting` no more. */
  let taken = Promise.resolve();
  const give = async (): Promise<void> => {
    const whole = filling.subarray(0, length);
    see(whole);
    await taken;
    taken = new Promise((resolve, reject) => {
      target.write(whole, (error) => (error ? reject(error) : resolve()));
    });
    // Told by `finished` below.
    taken.catch(() => {});
    [filling, resting] = [resting, filling];
    length = 0;
  };
  const put = async (chunk: Buffer): Promise<void> => {
    for (let at = 0; at < chunk.length; ) {
      const copied = chunk.copy(filling, length, at);
      at += copied;
      length += copied;
      if (length === enough) await give();
    }
  };
  const gathering = new Writable({
    write(chunk: Buffer, _encoding, next) {
      put(chunk).then(() => next(), next);
    },
    final(next) {
      (length === 0 ? Promise.resolve() : give()).then(() => target.end(next), next);
    },
    destroy(error, next) {
      if (error !== null) target.destroy(error);
      next(error);
    },
  });
  finished(target, { readable: false }, (error) => {
    if (error) gathering.destroy(error);
  });
  return gathering;
}
