import { itemsAt, keyAt, keysAt, textAt } from "../toml/look-up.ts";
import { nodeAt, type TomlNode, type TomlTable } from "../toml/tree.ts";
import { anyOf, quote } from "./quote.ts";
import type { RangedIssue } from "./shape-issues.ts";
import { suggest } from "./suggest.ts";

/** Only what looks like a slip: a file may well name environments that other installations have. */
export function unknownEnvironments(root: TomlTable, known: readonly string[]): readonly RangedIssue[] {
  return keysAt(root, "envs").flatMap(({ value, range }) => {
    const near = known.includes(value) ? [] : suggest(value, known);
    if (near.length === 0) return [];
    const message = `there is no environment ${quote(value)}`;
    return [{ code: "unknown-environment", message, range, hint: `did you mean ${anyOf(near)}?` }];
  });
}

export function reservedName(root: TomlTable, isReserved: (name: string) => boolean): readonly RangedIssue[] {
  const name = textAt(root, "name");
  if (name === undefined || !isReserved(name.value)) return [];
  return [
    {
      code: "reserved-name",
      message: `a service cannot be called ${quote(name.value)}: this namespace belongs to Kubernetes or to the platform`,
      range: name.range,
      hint: "choose another name",
    },
  ];
}

/** A contract copy in `rpc/` says that this service calls another one; then that must be declared, in some environment. */
export function contractsWithoutDependency(root: TomlTable, contracts: readonly string[]): readonly RangedIssue[] {
  const parts: readonly TomlNode[] = [
    root,
    ...keysAt(root, "envs").flatMap(({ value }) => nodeAt(root, ["envs", value])?.node ?? []),
  ];
  const declared = parts.flatMap((part) =>
    itemsAt(part, "dependencies").flatMap((dependency) => textAt(dependency, "name")?.value ?? []),
  );
  return contracts.flatMap((file): readonly RangedIssue[] => {
    const name = contractOf(file);
    if (name === undefined || declared.includes(name)) return [];
    const near = suggest(name, declared);
    return [
      {
        code: "contract-without-dependency",
        message: `rpc/${printable(file)} is the contract of a service that is no dependency`,
        range: keyAt(root, "dependencies") ?? [0, 0],
        hint:
          near.length > 0
            ? `rename it to that of ${anyOf(near)}, or declare ${quote(name)}`
            : `declare it: [[dependencies]] name = ${quote(name)}; or delete the file`,
      },
    ];
  });
}

/** The service whose contract a file of `rpc/` is; undefined for other files. */
export function contractOf(file: string): string | undefined {
  return /^(.+)\.brief$/.exec(file)?.[1];
}

const printable = (file: string): string => quote(file).slice(1, -1);
