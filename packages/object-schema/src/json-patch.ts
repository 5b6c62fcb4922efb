import { copyOf, equalJson, isObject, type Json, type JsonObject, setOwn } from "./json.ts";
import { PatchError } from "./patch-error.ts";

/** Operations in one patch, as the API server limits them. */
const maxOperations = 10_000;
/** Bytes of JSON that the copies of one patch may make together, as the API server limits them. */
const maxCopied = 3 * 1024 * 1024;

/** Applies a JSON Patch (RFC 6902). Throws `PatchError`. */
export function applyJsonPatch(object: JsonObject, patch: Json): JsonObject {
  if (!Array.isArray(patch)) throw malformed("a JSON patch is a list of operations");
  if (patch.length > maxOperations) {
    throw new PatchError(
      "too-large",
      `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`,
    );
  }
  let document: Json = copyOf(object);
  let copied = 0;
  for (const operation of patch) {
    if (!isObject(operation)) throw malformed("an operation of a JSON patch is an object");
    if (operation["op"] === "copy") {
      copied += JSON.stringify(read(document, pointer(operation["from"]))).length;
      if (copied > maxCopied) throw cannotApply(`the copies are larger than ${maxCopied} bytes`);
    }
    document = perform(document, operation);
  }
  if (!isObject(document)) throw cannotApply("the result is no object");
  return document;
}

function cannotApply(message: string): PatchError {
  return new PatchError("not-applicable", message);
}

function malformed(message: string): PatchError {
  return new PatchError("malformed", message);
}

function perform(document: Json, operation: JsonObject): Json {
  const path = pointer(operation["path"]);
  const value = operation["value"];
  switch (operation["op"]) {
    case "add":
      return write(document, path, copyOf(given(value)), "add");
    case "replace":
      return write(document, path, copyOf(given(value)), "replace");
    case "remove":
      return remove(document, path);
    case "test":
      if (!equalJson(read(document, path), given(value))) {
        throw cannotApply(`testing value ${String(operation["path"])} failed`);
      }
      return document;
    case "copy":
      return write(document, path, copyOf(read(document, pointer(operation["from"]))), "add");
    case "move": {
      const from = pointer(operation["from"]);
      if (path.length > from.length && from.every((step, index) => path[index] === step)) {
        throw cannotApply("a value cannot be moved into itself");
      }
      const moved = read(document, from);
      return write(remove(document, from), path, moved, "add");
    }
    default:
      throw cannotApply(`there is no operation ${JSON.stringify(operation["op"])}`);
  }
}

function given(value: Json | undefined): Json {
  if (value === undefined) throw malformed("an operation lacks its value");
  return value;
}

function pointer(path: Json | undefined): string[] {
  if (typeof path !== "string" || (path !== "" && !path.startsWith("/"))) {
    throw malformed(`not a JSON pointer: ${JSON.stringify(path)}`);
  }
  return path
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function indexOf(list: readonly Json[], step: string, limit: number): number {
  if (!/^(0|[1-9]\d*)$/.test(step) || Number(step) > limit) {
    throw cannotApply(`index ${JSON.stringify(step)} is out of bounds of a list of ${list.length}`);
  }
  return Number(step);
}

function read(document: Json, path: readonly string[]): Json {
  let current = document;
  for (const step of path) {
    let next: Json | undefined;
    if (Array.isArray(current)) next = current[indexOf(current, step, current.length - 1)];
    else if (isObject(current) && Object.hasOwn(current, step)) next = current[step];
    if (next === undefined) throw cannotApply(`there is no value at /${path.join("/")}`);
    current = next;
  }
  return current;
}

function write(document: Json, path: readonly string[], value: Json, how: "add" | "replace"): Json {
  const last = path.at(-1);
  if (last === undefined) return value;
  const parent = read(document, path.slice(0, -1));
  if (Array.isArray(parent)) {
    if (how === "replace") parent[indexOf(parent, last, parent.length - 1)] = value;
    else parent.splice(last === "-" ? parent.length : indexOf(parent, last, parent.length), 0, value);
  } else if (isObject(parent)) {
    setOwn(parent, last, value);
  } else {
    throw cannotApply(`there is nothing to add to at /${path.slice(0, -1).join("/")}`);
  }
  return document;
}

function remove(document: Json, path: readonly string[]): Json {
  const last = path.at(-1);
  if (last === undefined) throw cannotApply("the whole object cannot be removed");
  read(document, path);
  const parent = read(document, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(indexOf(parent, last, parent.length - 1), 1);
  else if (isObject(parent)) delete parent[last];
  return document;
}
