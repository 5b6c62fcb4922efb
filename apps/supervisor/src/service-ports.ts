import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./choose-port.ts";
import { UsageError } from "./settings.ts";

/** Ports of one cluster for calls between its services: a service listens on the first one plus its number. */
export const portsPerCluster = 1_000;
const usual = 21_000;
/** Above them systems take ports for outgoing connections (Linux: 32,768 and up). */
const end = 32_000;
/** Looked at to find out whether somebody else uses a range. */
const looked = 12;

/**
 * The first port for calls between services. Releases hold addresses made of it, so a home keeps the one that it began
 * with; the first start takes a range that nobody uses.
 *
 * @param asked wins over everything
 */
export async function servicePorts(home: string, clusters: number, asked: number | undefined): Promise<number> {
  if (asked !== undefined) return asked;
  const file = join(home, "service-ports");
  const kept = Number(await readFile(file, "utf8").catch(() => ""));
  if (Number.isInteger(kept) && kept > 0) return kept;
  for (let base = usual; base + clusters * portsPerCluster <= end; base += clusters * portsPerCluster) {
    if (!(await isFree(base, clusters))) continue;
    await writeFile(file, `${base}\n`, { mode: 0o600 });
    return base;
  }
  throw new UsageError(
    `no range of ports is free for calls between services; choose one: FAIRWAY_SERVICE_PORTS=<first>`,
  );
}

async function isFree(base: number, clusters: number): Promise<boolean> {
  for (let cluster = 0; cluster < clusters; cluster += 1) {
    for (let number = 1; number <= looked; number += 1) {
      if ((await freePort(base + cluster * portsPerCluster + number)) === undefined) return false;
    }
  }
  return true;
}
