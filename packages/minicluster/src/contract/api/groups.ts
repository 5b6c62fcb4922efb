import type { Register } from "../contract-cluster.ts";
import { createAndReadCases } from "./create-and-read.ts";
import { selectAndListCases } from "./select-and-list.ts";

/** What holds for the API by itself, whatever runs in the cluster. */
export const apiGroups: Readonly<Record<string, (each: Register) => void>> = {
  "API: create and read": createAndReadCases,
  "API: select and list": selectAndListCases,
};
