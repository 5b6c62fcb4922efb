import type { IncomingMessage } from "node:http";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { badRequest, tooLarge, unsupportedMediaType } from "../status.ts";
import { parseProtobuf, protobufType } from "./protobuf.ts";

/** Bytes of a body, as the API server's limit for JSON and patches. */
export const bodyLimit = 3 * 1024 * 1024;

/** Bytes of YAML: reading it takes the whole process's time, a second for so much. JSON in a YAML body may be as long as any. */
const yamlLimit = 1024 * 1024;

/** Levels of lists and maps in a body; deeper ones are refused before anything recurses into them. */
const depthLimit = 500;

/** The media type of a header, without parameters. */
export function mediaType(header: string | undefined): string {
  return (header ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** Reads the whole body; throws `ApiError` 413 beyond the limit. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = () => {
      request.off("data", take);
      // The rest is thrown away, so that the client gets to read the answer.
      request.resume();
      reject(tooLarge(bodyLimit));
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > bodyLimit) refuse();
    };
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", () => reject(badRequest("the body of the request was cut off")));
    request.on("aborted", () => reject(badRequest("the body of the request was cut off")));
    if (Number(request.headers["content-length"] ?? 0) > bodyLimit) refuse();
    else request.on("data", take);
  });
}

/** Reads JSON; throws `ApiError` 400. */
export function parseJson(body: Buffer): Json {
  checkDepth(body);
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw badRequest(`error decoding the body: ${error instanceof Error ? error.message : "no JSON"}`);
  }
}

/** Reads JSON or YAML; throws `ApiError` 400. */
export async function parseYaml(body: Buffer): Promise<Json> {
  // JSON is YAML too, and by far the most common.
  if (body.length > 0 && (body[0] === 0x7b || body[0] === 0x5b)) {
    try {
      return parseJson(body);
    } catch {
      // A flow mapping that is no JSON.
    }
  }
  if (body.length > yamlLimit) throw tooLarge(yamlLimit);
  const { parse } = await import("yaml");
  try {
    checkDepth(body);
    // Looking for keys that are there twice would take the square of their number; as in JSON, the last one counts.
    const value: unknown = parse(body.toString("utf8"), { maxAliasCount: 100, uniqueKeys: false });
    const json = JSON.stringify(value);
    if (json === undefined || json.length > 2 * bodyLimit) throw new Error("the document is empty or too large");
    return JSON.parse(json);
  } catch (error) {
    throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message : "no YAML"}`);
  }
}

/** An object body of a create or update: JSON, YAML, or what typed clients of kubectl send; throws `ApiError` 400 or 415. */
export async function parseObject(body: Buffer, contentType: string | undefined): Promise<JsonObject> {
  const type = mediaType(contentType);
  let value: Json;
  if (type === "" || type === "application/json") value = parseJson(body);
  else if (type === "application/yaml") value = await parseYaml(body);
  else if (type === protobufType) value = parseProtobuf(body);
  else {
    throw unsupportedMediaType(
      "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
    );
  }
  // Nothing is an object that says nothing.
  if (value === null) return {};
  if (!isObject(value)) throw badRequest("the body of the request is no object");
  return value;
}

function checkDepth(body: Buffer): void {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i];
    if (quoted) {
      if (byte === 0x5c) i += 1;
      else if (byte === 0x22) quoted = false;
    } else if (byte === 0x22) quoted = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > depthLimit) throw badRequest(`the body nests deeper than ${depthLimit} levels`);
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
}
