import { readFileSync } from "node:fs";
import { connect } from "../../kube/src/inside.ts";

export const broken = [readFileSync, connect];
