import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type IncomingHttpHeaders, type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";
import path from "node:path";
import { buffer, text } from "node:stream/consumers";
import { pack } from "tar-stream";

/** Where the images of a run's registry are, without the registry. */
export const nodeImage = "base/node:24";
export const pauseImage = "base/pause:1";

interface Blob {
  readonly digest: string;
  readonly bytes: Buffer;
}

export interface Registry {
  /** `host:port` */
  readonly address: string;
  /** PEM; without, it speaks plain HTTP. */
  readonly certificateAuthority?: string;
  /** Value of the header, for a registry that wants one. */
  readonly authorization?: string;
}

/**
 * Puts into an empty registry the two images that a cluster without the internet needs: one that holds a pod's
 * namespaces open, and one with Node, as a service's base image.
 */
export async function fillRegistry(registry: Registry, pause: string): Promise<void> {
  const push = (name: string, content: Blob, config: object) => pushImage(registry, name, content, config);
  const users = "root:x:0:0::/:/sbin/nologin\nnonroot:x:65532:65532::/home/nonroot:/sbin/nologin\n";
  await push(nodeImage, await layer([...nodeFiles(), { to: "etc/passwd", content: Buffer.from(users) }]), {
    Cmd: ["node"],
    Env: ["PATH=/usr/local/bin:/usr/bin:/bin"],
    User: "65532:65532",
  });
  await push(pauseImage, await layer([{ to: "pause", from: pause }]), { Entrypoint: ["/pause"] });
}

type LayerFile = { readonly to: string } & ({ readonly from: string } | { readonly content: Buffer });

/** Node itself, and the libraries that it is linked with. */
function nodeFiles(): readonly LayerFile[] {
  const libraries = execFileSync("ldd", [process.execPath], { encoding: "utf8" })
    .split("\n")
    .map((line) => /(?:=> )?(\/\S+)/.exec(line)?.[1])
    .filter((file) => file !== undefined);
  return [
    { to: "usr/local/bin/node", from: process.execPath },
    ...libraries.map((file) => ({ to: file.slice(1), from: file })),
  ];
}

async function layer(files: readonly LayerFile[]): Promise<Blob> {
  const archive = pack();
  const collected = buffer(archive);
  const made = new Set<string>();
  const mtime = new Date(0);
  const directory = (name: string, mode = 0o755) => {
    if (made.has(name) || name === ".") return;
    directory(path.dirname(name));
    made.add(name);
    archive.entry({ name: `${name}/`, type: "directory", mode, mtime });
  };
  directory("tmp", 0o1777);
  for (const file of files) {
    directory(path.dirname(file.to));
    const content = "from" in file ? await readFile(file.from) : file.content;
    archive.entry({ name: file.to, mode: 0o755, mtime }, content);
  }
  archive.finalize();
  return blob(await collected);
}

function blob(bytes: Buffer): Blob {
  return { digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`, bytes };
}

async function pushImage(registry: Registry, name: string, content: Blob, config: object): Promise<void> {
  const [repository = "", tag = ""] = name.split(":");
  const uploads = `/v2/${repository}/blobs/uploads/`;
  const settings = blob(
    Buffer.from(
      JSON.stringify({
        architecture: { x64: "amd64", arm64: "arm64" }[process.arch as "x64" | "arm64"],
        os: "linux",
        config,
        rootfs: { type: "layers", diff_ids: [content.digest] },
      }),
    ),
  );
  for (const { digest, bytes } of [content, settings]) {
    const { location } = await send(registry, "POST", uploads);
    const place = new URL(location ?? "", `http://${registry.address}`);
    place.searchParams.set("digest", digest);
    await send(registry, "PUT", place.pathname + place.search, bytes, "application/octet-stream");
  }
  const part = (mediaType: string, { digest, bytes }: Blob) => ({ mediaType, digest, size: bytes.length });
  const manifest = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: part("application/vnd.oci.image.config.v1+json", settings),
    layers: [part("application/vnd.oci.image.layer.v1.tar", content)],
  };
  const body = Buffer.from(JSON.stringify(manifest));
  await send(registry, "PUT", `/v2/${repository}/manifests/${tag}`, body, manifest.mediaType);
}

/** One request; its answer's headers. */
async function send(
  { address, certificateAuthority, authorization }: Registry,
  method: string,
  pathname: string,
  body?: Buffer,
  type?: string,
): Promise<IncomingHttpHeaders> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const [host, port] = address.split(":");
    const request = certificateAuthority === undefined ? requestPlain : requestSecure;
    const outgoing = request({
      ...{ host, port, method, path: pathname, ca: certificateAuthority, timeout: 120_000 },
      headers: {
        "content-length": body?.length ?? 0,
        ...(type === undefined ? {} : { "content-type": type }),
        ...(authorization === undefined ? {} : { authorization }),
      },
    });
    outgoing.on("response", resolve).on("error", reject);
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer within 120 s")));
    outgoing.end(body);
  });
  const said = await text(answer);
  const code = answer.statusCode ?? 0;
  if (code >= 300) throw new Error(`${method} ${address}${pathname}: ${code} ${said}`);
  return answer.headers;
}
