import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Endpoint } from "@fairway/intake";

/** What Linux says about a group of processes; empty elsewhere. */
export interface GroupFacts {
  readonly pids: readonly number[];
  readonly listening: readonly Endpoint[];
  /** Where its connections lead, without those that others opened to it. */
  readonly connections: readonly Endpoint[];
  /** Files that are open for writing. */
  readonly writing: readonly string[];
  /** Bytes that the kernel could not take back. */
  readonly memory: number;
}

/** States of `/proc/net/tcp`, as in the kernel's `include/net/tcp_states.h`. */
const established = "01";
const connecting = "02";
const listen = "0A";

/** Reads `/proc`; undefined where there is none. */
export function groupFacts(group: number): GroupFacts | undefined {
  const all = list("/proc");
  if (all.length === 0) return undefined;
  const pids = all.filter((name) => /^\d+$/.test(name) && groupOf(name) === group).map(Number);
  const inodes = new Set<string>();
  const writing = new Set<string>();
  let memory = 0;
  for (const pid of pids) {
    for (const fd of list(`/proc/${pid}/fd`)) {
      const target = link(`/proc/${pid}/fd/${fd}`);
      const socket = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (socket !== undefined) inodes.add(socket);
      else if (target.startsWith("/") && isForWriting(`/proc/${pid}/fdinfo/${fd}`)) writing.add(target);
    }
    for (const [, kilobytes] of read(`/proc/${pid}/status`).matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm))
      memory += Number(kilobytes) * 1024;
  }
  const first = pids[0];
  const rows =
    first === undefined
      ? []
      : ["tcp", "tcp6"].flatMap((table) => read(`/proc/${first}/net/${table}`).split("\n").slice(1));
  const sockets = rows.flatMap((row) => {
    const [, local = "", remote = "", state = "", , , , , , inode = ""] = row.trim().split(/\s+/);
    return inodes.has(inode) ? [{ local: endpointOf(local), remote: endpointOf(remote), state }] : [];
  });
  const listening = sockets.filter(({ state }) => state === listen).map(({ local }) => local);
  const ports = new Set(listening.map(({ port }) => port));
  return {
    pids,
    listening,
    connections: sockets
      .filter(({ state, local }) => (state === established || state === connecting) && !ports.has(local.port))
      .map(({ remote }) => remote)
      // To itself it may speak as it likes.
      .filter(({ address, port }) => !(ports.has(port) && /^127\.|^::1$/.test(address))),
    writing: [...writing],
    memory,
  };
}

/** `0100007F:1F90`, and 32 digits for IPv6: words of 4 bytes, least significant first. */
export function endpointOf(text: string): Endpoint {
  const [hex = "", port = "0"] = text.split(":");
  const bytes = [...hex.matchAll(/.{8}/g)].flatMap(([word]) =>
    [...word.matchAll(/../g)].map(([byte]) => Number.parseInt(byte, 16)).toReversed(),
  );
  return { address: bytes.length === 4 ? bytes.join(".") : longAddress(bytes), port: Number.parseInt(port, 16) };
}

function longAddress(bytes: readonly number[]): string {
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (mapped) return bytes.slice(12).join(".");
  const words = Array.from({ length: 8 }, (_, at) =>
    (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16),
  );
  const joined = words.join(":");
  return joined.replace(/(^|:)0(:0)+(:|$)/, "::");
}

/** `flags` of proc(5) are octal; their last two bits say how a file was opened. */
function isForWriting(info: string): boolean {
  const flags = /^flags:\s+(\d+)$/m.exec(read(info))?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & 3) !== 0;
}

function groupOf(pid: string): number | undefined {
  const text = read(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || text === "" ? undefined : Number(fields[2]);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process has ended.
    return "";
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
