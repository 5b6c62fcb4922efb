import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { platform } from "node:os";

/** What a group of processes uses. */
export interface GroupUsage {
  /** Bytes that the kernel could not take back: anonymous and shared memory, without cached files, as a cgroup limit counts in the end. */
  readonly memoryBytes: number;
  /** Processor time so far, of the processes that live and the children that the first one has waited for. */
  readonly cpuSeconds: number;
}

/** What the operating system says about processes. */
export interface ProcessTable {
  /** When a process started, as text that no later process with the same id has; undefined when there is none. */
  startTime(pid: number): string | undefined;
  /** Whether some process of this group lives. */
  groupLives(group: number): boolean;
  /** Use of the group, led by the process of the same number; undefined when it is gone. */
  usage(group: number): GroupUsage | undefined;
}

/** For this machine: `/proc` on Linux, `ps` elsewhere. */
export function createProcessTable(): ProcessTable {
  return platform() === "linux" ? linuxTable() : psTable();
}

const TICKS_PER_SECOND = 100;

function linuxTable(): ProcessTable {
  const boot = read("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
  const members = new Map<number, { readonly pids: Set<number>; round: number }>();

  /** Fields after the name, which may hold spaces: proc(5) numbers them from 3. */
  function stat(pid: number): readonly string[] | undefined {
    const text = read(`/proc/${pid}/stat`);
    return text?.slice(text.lastIndexOf(")") + 2).split(" ");
  }

  function children(pid: number): readonly number[] {
    const found: number[] = [];
    for (const task of list(`/proc/${pid}/task`)) {
      const text = read(`/proc/${pid}/task/${task}/children`) ?? "";
      for (const word of text.split(" ")) if (word !== "") found.push(Number(word));
    }
    return found;
  }

  /** Walks down from the known members; one that lost its parent was known before. */
  function refresh(group: number, known: Set<number>): void {
    const queue = [...known];
    for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
      const fields = stat(pid);
      if (!fields || Number(fields[2]) !== group) {
        known.delete(pid);
        continue;
      }
      known.add(pid);
      for (const child of children(pid)) if (!known.has(child)) queue.push(child);
    }
  }

  return {
    startTime(pid) {
      const ticks = stat(pid)?.[19];
      return ticks === undefined ? undefined : `${boot}/${ticks}`;
    },
    groupLives(group) {
      return list("/proc").some((name) => {
        const fields = /^\d+$/.test(name) ? stat(Number(name)) : undefined;
        return fields !== undefined && Number(fields[2]) === group && fields[0] !== "Z";
      });
    },
    usage(group) {
      let entry = members.get(group);
      if (!entry) {
        entry = { pids: new Set([group]), round: 0 };
        members.set(group, entry);
      }
      // Finding members costs more than reading them.
      if (entry.round++ % 4 === 0) refresh(group, entry.pids);
      let memoryBytes = 0;
      let ticks = 0;
      let alive = false;
      for (const pid of entry.pids) {
        const status = read(`/proc/${pid}/status`);
        const fields = stat(pid);
        if (status === undefined || fields === undefined) continue;
        alive = true;
        memoryBytes += (kilobytes(status, "RssAnon") + kilobytes(status, "RssShmem")) * 1024;
        ticks += Number(fields[11]) + Number(fields[12]);
        if (pid === group) ticks += Number(fields[13]) + Number(fields[14]);
      }
      if (!alive) {
        members.delete(group);
        return undefined;
      }
      return { memoryBytes, cpuSeconds: ticks / TICKS_PER_SECOND };
    },
  };
}

function kilobytes(status: string, field: string): number {
  const at = status.indexOf(`${field}:`);
  return at < 0 ? 0 : Number.parseInt(status.slice(at + field.length + 1), 10) || 0;
}

/** How long one answer of `ps` is good for, in milliseconds: it is a process itself. */
const PS_AGE = 500;

function psTable(): ProcessTable {
  let rows: readonly { readonly pid: number; readonly group: number; readonly rss: number; readonly cpu: number }[] =
    [];
  let readAt = Number.NEGATIVE_INFINITY;

  function table(): typeof rows {
    if (performance.now() - readAt < PS_AGE) return rows;
    rows = ps(["-A", "-o", "pid=,pgid=,rss=,time="])
      .split("\n")
      .flatMap((line) => {
        const [pid, group, rss, time] = line.trim().split(/\s+/);
        return time === undefined
          ? []
          : [{ pid: Number(pid), group: Number(group), rss: Number(rss) * 1024, cpu: seconds(time) }];
      });
    readAt = performance.now();
    return rows;
  }

  return {
    startTime: (pid) => ps(["-o", "lstart=", "-p", String(pid)]).trim() || undefined,
    groupLives: (group) => table().some((row) => row.group === group),
    usage(group) {
      const own = table().filter((row) => row.group === group);
      if (own.length === 0) return undefined;
      return {
        memoryBytes: own.reduce((sum, { rss }) => sum + rss, 0),
        cpuSeconds: own.reduce((sum, { cpu }) => sum + cpu, 0),
      };
    },
  };
}

function ps(args: readonly string[]): string {
  try {
    return execFileSync("ps", args, { encoding: "utf8", timeout: 5_000, stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return "";
  }
}

/** `[[dd-]hh:]mm:ss.xx` */
function seconds(time: string): number {
  const [days, rest] = time.includes("-") ? time.split("-") : ["0", time];
  return (rest ?? "").split(":").reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
