import { type KubernetesObject, parseObject } from "@fairway/objects";
import { LineCounter, parseAllDocuments } from "yaml";
import { at, isFields, listAt, textAt } from "./json-fields.ts";

/** A file of Kubernetes manifests: YAML or JSON, one or several documents. */
export interface ManifestFile {
  /** As the user would write it. */
  readonly name: string;
  readonly text: string;
}

/** An object and where it was read. Lines count from 1. */
export interface SourceObject {
  readonly object: KubernetesObject;
  readonly file: string;
  readonly line: number;
}

/** Why a part of a file is no Kubernetes object. Lines and columns count from 1. */
export interface ReadIssue {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly hint?: string;
}

export interface ReadObjects {
  readonly objects: readonly SourceObject[];
  readonly issues: readonly ReadIssue[];
}

/** Aliases that one document may use: more is no manifest, and could be one made to fill the memory. */
const mostAliases = 1_000;

/** Keys are text, as in JSON; warnings of the reader are not for its users. */
const strict = { stringKeys: true, logLevel: "error" } as const;

/** Every object of the files, those inside of lists too. What is no object is an issue; the rest is read all the same. */
export function readObjects(files: readonly ManifestFile[]): ReadObjects {
  const read = files.map(readFile);
  return { objects: read.flatMap(({ objects }) => objects), issues: read.flatMap(({ issues }) => issues) };
}

function readFile(file: ManifestFile): ReadObjects {
  const lines = new LineCounter();
  const objects: SourceObject[] = [];
  const issues: ReadIssue[] = [];
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file: file.name, line: Math.max(1, line), column: Math.max(1, col) };
  };
  for (const document of parseAllDocuments(file.text, {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
    ...strict,
  })) {
    const [error] = document.errors;
    const start = place(document.contents?.range?.[0] ?? document.range?.[0] ?? 0);
    if (error !== undefined) {
      issues.push({
        ...place(error.pos[0]),
        message: wordsOf(error.message),
        ...templateHint(file.text),
      });
      continue;
    }
    let value: unknown;
    try {
      value = document.toJS({ maxAliasCount: mostAliases });
    } catch {
      issues.push({ ...start, message: "this document refers to itself too often (YAML aliases)" });
      continue;
    }
    // Charts leave empty documents where a condition is false.
    if (value === null || value === undefined) continue;
    for (const [index, item] of itemsOf(value).entries()) {
      const parsed = parseObject(withName(item));
      const node = document.getIn(["items", index], true);
      const offset = isFields(node) ? listAt(node, "range")[0] : undefined;
      const where = typeof offset === "number" && item !== value ? place(offset) : start;
      if (parsed.ok) objects.push({ object: parsed.object, file: file.name, line: where.line });
      else
        issues.push({
          ...where,
          message: `no Kubernetes object: ${parsed.issue.path} ${parsed.issue.message}`.replace("  ", " "),
          ...templateHint(file.text),
          ...valuesHint(item),
        });
    }
  }
  return { objects, issues };
}

/** `kubectl get` and some charts wrap objects into a List. */
function itemsOf(value: unknown): readonly unknown[] {
  const isList = /List$/.test(textAt(value, "kind") ?? "") && Array.isArray(at(value, "items"));
  if (!isList) return [value];
  const kind = textAt(value, "kind")?.replace(/List$/, "");
  const apiVersion = textAt(value, "apiVersion");
  return listAt(value, "items").flatMap((item) => {
    const named = isFields(item) && kind !== "" ? { apiVersion, kind, ...item } : item;
    return itemsOf(named);
  });
}

/** Jobs may leave the end of their name to the API, and kubectl prints `creationTimestamp: null`. */
function withName(value: unknown): unknown {
  const metadata = at(value, "metadata");
  if (!isFields(value) || !isFields(metadata)) return value;
  const { generateName, ...given } = Object.fromEntries(Object.entries(metadata).filter(([, field]) => field !== null));
  const name = given["name"] ?? (typeof generateName === "string" ? generateName.replace(/-+$/, "") : undefined);
  return { ...value, metadata: { ...given, ...(name === undefined ? {} : { name }) } };
}

function templateHint(text: string): { readonly hint?: string } {
  return text.includes("{{") ? { hint: "this is a template of a chart: helm template <chart> | fairway import -" } : {};
}

function valuesHint(value: unknown): { readonly hint?: string } {
  if (isFields(value) && at(value, "services") !== undefined && at(value, "kind") === undefined) {
    return { hint: "this looks like a compose file: fairway init reads those" };
  }
  const isKustomization = isFields(value) && (at(value, "resources") ?? at(value, "bases")) !== undefined;
  return isKustomization ? { hint: "kubectl kustomize <folder> | fairway import -" } : {};
}

/** The reader's words, but where they speak of the reader. */
function wordsOf(message: string): string {
  if (/call stack/.test(message)) return "this is nested too deeply";
  return /stringKeys/.test(message) ? "a key must be text" : oneLine(message);
}

function oneLine(text: string): string {
  return text.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? text;
}
