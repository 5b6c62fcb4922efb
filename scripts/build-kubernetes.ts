// Builds the programs of the test clusters ahead of the suite `kubernetes`: minutes of computing, once.
import { buildBinaries } from "../test/kubernetes/harness/binaries.ts";

await buildBinaries(console.log);
