/** What a process of Node on this machine takes and needs. */
import { readFile, writeFile } from "node:fs/promises";

/** In megabytes: the largest resident memory since its start, or since `forgetMostMemory`. */
export async function mostMemory(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return (Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6;
}

/** From now on the largest counts that comes (proc(5), `clear_refs`: 5). */
export async function forgetMostMemory(pid: number | undefined): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, "5");
}

/**
 * In megabytes: objects on the JavaScript heap that are reachable, after a collection of the others.
 *
 * @param inspector the WebSocket of its inspector
 */
export async function heapInUse(inspector: string): Promise<number> {
  const socket = new WebSocket(inspector);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", reject, { once: true });
  });
  const call = (id: number, method: string) =>
    new Promise<string>((resolve) => {
      const heard = ({ data }: MessageEvent) => {
        if (JSON.parse(String(data)).id !== id) return;
        socket.removeEventListener("message", heard);
        resolve(String(data));
      };
      socket.addEventListener("message", heard);
      socket.send(JSON.stringify({ id, method }));
    });
  try {
    await call(1, "HeapProfiler.collectGarbage");
    return JSON.parse(await call(2, "Runtime.getHeapUsage")).result.usedSize / 1e6;
  } finally {
    socket.close();
  }
}
