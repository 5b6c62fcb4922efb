/** An embedded cluster in a process of its own, as a peer meets it: `node minicluster-process.ts <folder>`. */
import { startMinicluster } from "@fairway/minicluster";

const [folder = ""] = process.argv.slice(2);
const begun = performance.now();
const cluster = await startMinicluster({
  name: "alpha",
  directory: folder,
  snapshots: folder,
  unpack: async () => {
    throw new Error("nothing runs here");
  },
  addressBase: 0,
  log: () => {},
});
const milliseconds = performance.now() - begun;
process.send?.({ kubeconfig: cluster.kubeconfigPath, milliseconds });
process.on("disconnect", () => process.exit(0));
process.on("message", () => {
  // What is free goes back to the system, so that resident memory is what is kept.
  globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
  process.send?.({ bytes: process.memoryUsage.rss() });
});
