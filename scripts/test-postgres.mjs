// Runs the suite `postgres` against a PostgreSQL server of its own: found or installed, in a temporary folder, on a
// free port, as a user that is not root, stopped and deleted in the end. Leaves other servers of the machine alone.
import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.join(import.meta.dirname, "..");
const user = "fairway";
// Characters that would show up wherever a URL is taken apart by hand.
const password = "p@ss/w:rd?#1";

const programs = findPrograms() ?? install();
const owner = unprivileged();
const home = mkdtempSync(path.join(tmpdir(), "fairway-postgres-"));
if (owner.uid !== undefined) chownSync(home, owner.uid, owner.gid);

let server;
let suite;
let stopping = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    stopping = true;
    suite?.kill(signal);
  });
}
try {
  const data = path.join(home, "data");
  const passwordFile = path.join(home, "password");
  writeFileSync(passwordFile, password, { mode: 0o644 });
  execFileSync(
    path.join(programs, "initdb"),
    [
      "-D",
      data,
      "-U",
      user,
      "-A",
      "scram-sha-256",
      `--pwfile=${passwordFile}`,
      "-E",
      "UTF8",
      "--locale=C",
      "--no-sync",
    ],
    { ...owner, cwd: home, stdio: ["ignore", "ignore", "inherit"] },
  );
  const port = await start(data);
  const url = `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
  process.exitCode = stopping ? 1 : await runSuite(url);
} finally {
  await stop();
  rmSync(home, { recursive: true, force: true });
}

/** The folder with `initdb` and `postgres`; the newest version that Debian or the PATH has. */
function findPrograms() {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => path.join(debian, version, "bin")),
    ...(process.env.PATH ?? "").split(path.delimiter),
  ];
  return folders.find((folder) => ["initdb", "postgres"].every((program) => existsSync(path.join(folder, program))));
}

function install() {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get"))
    throw new Error(
      "PostgreSQL is not installed: install its server (Debian: apt-get install postgresql) and try again",
    );
  console.log("PostgreSQL is not installed; installing Debian's");
  const options = {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  };
  execFileSync("/usr/bin/apt-get", ["update", "-q"], options);
  execFileSync("/usr/bin/apt-get", ["install", "-y", "-q", "--no-install-recommends", "postgresql"], options);
  const found = findPrograms();
  if (found === undefined) throw new Error("Debian's package postgresql has no initdb and postgres");
  return found;
}

/** PostgreSQL refuses root: then it runs as the user that Debian's package makes for it. */
function unprivileged() {
  if (process.getuid?.() !== 0) return {};
  const id = (flag) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** Another process may take the port between asking for it and using it; then the next one. */
async function start(data) {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    if (await serves(data, port)) return port;
    if (attempt === 3) throw new Error("PostgreSQL does not start; its own words stand above");
  }
}

async function serves(data, port) {
  server = spawn(
    path.join(programs, "postgres"),
    // No data to lose: what is written need not reach the disk.
    ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", home, "-c", "fsync=off", "-c", "log_min_messages=fatal"],
    { ...owner, cwd: home, stdio: ["ignore", "inherit", "pipe"], detached: true },
  );
  const exited = new Promise((resolve) => server.once("exit", () => resolve(false)));
  server.stderr.on("data", (chunk) => {
    if (
      !stopping &&
      /FATAL|PANIC/.test(String(chunk)) &&
      !/terminating|does not exist|authentication failed|starting up/.test(String(chunk))
    )
      process.stderr.write(chunk);
  });
  const ready = (async () => {
    const end = Date.now() + 30_000;
    while (server.exitCode === null && Date.now() < end) {
      if (existsSync(path.join(home, `.s.PGSQL.${port}.lock`)) && (await answers(port))) return true;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return false;
  })();
  return Promise.race([ready, exited]);
}

/** pg_isready, where it is; it belongs to the client's package on some systems. */
async function answers(port) {
  const program = path.join(programs, "pg_isready");
  if (!existsSync(program)) return true;
  const check = spawn(program, ["-q", "-h", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  return new Promise((resolve) => check.once("exit", (code) => resolve(code === 0)));
}

function runSuite(url) {
  suite = spawn(process.execPath, [path.join(root, "scripts", "test.ts"), "postgres", ...process.argv.slice(2)], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, DATABASE_URL: url },
  });
  return new Promise((resolve) => suite.once("exit", (code) => resolve(code ?? 1)));
}

/** SIGINT is PostgreSQL's fast shutdown: connections end, nothing is waited for. */
async function stop() {
  stopping = true;
  if (server === undefined || server.exitCode !== null) return;
  const exited = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGINT");
  const timer = setTimeout(() => server.kill("SIGQUIT"), 10_000);
  await exited;
  clearTimeout(timer);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
