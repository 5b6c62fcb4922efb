import { readFileSync } from "node:fs";
import { isObject, type Json, type JsonObject, setOwn } from "../json.ts";
import { badRequest } from "../status.ts";

/** Media type of bodies in Kubernetes' protocol buffer envelope. */
export const protobufType = "application/vnd.kubernetes.protobuf";

/** Number, JSON name ("" when the fields stand inline), type, whether a zero value is kept. */
type Field = readonly [number: number, name: string, type: string, keepsZero: boolean];

let table: ReadonlyMap<string, readonly Field[]> | undefined;

function messages(): ReadonlyMap<string, readonly Field[]> {
  if (table === undefined) {
    const file: unknown = JSON.parse(
      readFileSync(new URL("../generated/kubernetes-messages.json", import.meta.url), "utf8"),
    );
    const read = new Map<string, Field[]>();
    for (const [name, fields] of Object.entries(isObject(file) && isObject(file["messages"]) ? file["messages"] : {})) {
      read.set(name, Array.isArray(fields) ? fields.flatMap(fieldOf) : []);
    }
    table = read;
  }
  return table;
}

function fieldOf(entry: Json): Field[] {
  if (!Array.isArray(entry)) return [];
  const [number, name, type, keepsZero] = entry;
  if (typeof number !== "number" || typeof name !== "string" || typeof type !== "string") return [];
  return [[number, name, type, keepsZero === true]];
}

/** Groups as they are named in `apiVersion`, by the folder of their Go types. */
const folders: Readonly<Record<string, string>> = {
  v1: "core/v1",
  "apps/v1": "apps/v1",
  "batch/v1": "batch/v1",
  "autoscaling/v1": "autoscaling/v1",
  "autoscaling/v2": "autoscaling/v2",
  "coordination.k8s.io/v1": "coordination/v1",
  "discovery.k8s.io/v1": "discovery/v1",
  "authentication.k8s.io/v1": "authentication/v1",
  "authorization.k8s.io/v1": "authorization/v1",
  "networking.k8s.io/v1": "networking/v1",
  "policy/v1": "policy/v1",
  "rbac.authorization.k8s.io/v1": "rbac/v1",
};

/** A fault in the bytes. */
class WireError extends Error {}

interface Reader {
  readonly bytes: Buffer;
  position: number;
}

function varint(reader: Reader): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = reader.bytes[reader.position++];
    if (byte === undefined) throw new WireError("cut off within a number");
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw new WireError("a number is too long");
}

function chunk(reader: Reader): Buffer {
  const length = Number(varint(reader));
  const end = reader.position + length;
  if (end > reader.bytes.length) throw new WireError("cut off within a field");
  const part = reader.bytes.subarray(reader.position, end);
  reader.position = end;
  return part;
}

type Wire = { readonly number: number; readonly value: bigint | Buffer };

function* wireFields(bytes: Buffer): Iterable<Wire> {
  const reader: Reader = { bytes, position: 0 };
  while (reader.position < bytes.length) {
    const tag = Number(varint(reader));
    const number = tag >>> 3;
    switch (tag & 7) {
      case 0:
        yield { number, value: varint(reader) };
        break;
      case 2:
        yield { number, value: chunk(reader) };
        break;
      case 1:
      case 5: {
        const width = (tag & 7) === 1 ? 8 : 4;
        if (reader.position + width > bytes.length) throw new WireError("cut off within a field");
        yield { number, value: bytes.subarray(reader.position, reader.position + width) };
        reader.position += width;
        break;
      }
      default:
        throw new WireError(`wire type ${tag & 7} is not known`);
    }
  }
}

const asBytes = (value: bigint | Buffer): Buffer => (typeof value === "bigint" ? Buffer.alloc(0) : value);
const asNumber = (value: bigint | Buffer): number =>
  typeof value === "bigint" ? Number(BigInt.asIntN(64, value)) : Number.NaN;

const depthLimit = 100;

function readMessage(type: string, bytes: Buffer, depth: number): JsonObject {
  const fields = messages().get(type);
  if (fields === undefined) throw new WireError(`${type} is not known`);
  if (depth > depthLimit) throw new WireError("nested too deeply");
  const object: JsonObject = {};
  for (const { number, value } of wireFields(bytes)) {
    const field = fields.find(([own]) => own === number);
    if (field === undefined) continue;
    const [, name, kind, keepsZero] = field;
    if (name === "") {
      Object.assign(object, readMessage(kind, asBytes(value), depth + 1));
    } else if (kind.startsWith("[]")) {
      const list = object[name];
      const item = readValue(kind.slice(2), value, depth);
      if (Array.isArray(list)) list.push(item);
      else object[name] = [item];
    } else if (kind.startsWith("{}")) {
      const entries: JsonObject = isObject(object[name]) ? object[name] : {};
      const [key, entry] = readEntry(kind.slice(2), asBytes(value), depth);
      setOwn(entries, key, entry);
      object[name] = entries;
    } else {
      const read = readValue(kind, value, depth);
      if (keepsZero ? read !== null : !isZero(read)) object[name] = read;
    }
  }
  return object;
}

function isZero(value: Json): boolean {
  if (isObject(value)) return Object.keys(value).length === 0;
  return value === null || value === "" || value === 0 || value === false;
}

function readEntry(type: string, bytes: Buffer, depth: number): [string, Json] {
  let key = "";
  let entry: Json = type === "string" || type === "bytes" ? "" : 0;
  for (const { number, value } of wireFields(bytes)) {
    if (number === 1) key = asBytes(value).toString("utf8");
    else if (number === 2) entry = readValue(type, value, depth);
  }
  return [key, entry];
}

function readValue(type: string, value: bigint | Buffer, depth: number): Json {
  switch (type) {
    case "string":
      return asBytes(value).toString("utf8");
    case "bytes":
      return asBytes(value).toString("base64");
    case "bool":
      return value !== 0n;
    case "int":
      return asNumber(value);
    case "double":
      return asBytes(value).length === 8 ? asBytes(value).readDoubleLE() : 0;
    case "quantity":
      return readParts(value).get(1)?.toString() ?? "0";
    case "intOrString": {
      const parts = readParts(value);
      const isText = Number(parts.get(1) ?? 0n) === 1;
      return isText ? (parts.get(3)?.toString() ?? "") : asNumber(parts.get(2) ?? 0n);
    }
    case "time": {
      const parts = readParts(value);
      const seconds = asNumber(parts.get(1) ?? 0n);
      const nanos = asNumber(parts.get(2) ?? 0n);
      if (seconds === 0 && nanos === 0) return null;
      const text = new Date(seconds * 1000).toISOString().slice(0, 19);
      return nanos === 0 ? `${text}Z` : `${text}.${String(Math.floor(nanos / 1000)).padStart(6, "0")}Z`;
    }
    case "rawJson": {
      const raw = readParts(value).get(1);
      return typeof raw === "object" ? JSON.parse(raw.toString("utf8")) : null;
    }
    default:
      return readMessage(type, asBytes(value), depth + 1);
  }
}

function readParts(value: bigint | Buffer): Map<number, bigint | Buffer> {
  return new Map([...wireFields(asBytes(value))].map((field) => [field.number, field.value]));
}

/**
 * Reads a body in Kubernetes' envelope (`k8s\0`, then `runtime.Unknown`) as the object that JSON would give.
 * Throws `ApiError` 400.
 */
export function parseProtobuf(body: Buffer): JsonObject {
  try {
    if (body.subarray(0, 4).toString("latin1") !== "k8s\0") throw new WireError("it does not begin with k8s");
    const parts = readParts(body.subarray(4));
    const typeMeta = readParts(parts.get(1) ?? Buffer.alloc(0));
    const apiVersion = typeMeta.get(1)?.toString() ?? "";
    const kind = typeMeta.get(2)?.toString() ?? "";
    const type = kind === "DeleteOptions" ? "meta/v1.DeleteOptions" : `${folders[apiVersion] ?? ""}.${kind}`;
    const raw = readMessage(type, asBytes(parts.get(2) ?? Buffer.alloc(0)), 0);
    return { apiVersion, kind, ...raw };
  } catch (error) {
    const why = error instanceof Error ? error.message : "no protocol buffer";
    throw badRequest(`error decoding the body: ${why}`);
  }
}
