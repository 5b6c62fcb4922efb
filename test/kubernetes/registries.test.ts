/** The contract of registries, on two implementations that know nothing of each other, and by each way to log in. */
import { execFile } from "node:child_process";
import { after } from "node:test";
import { promisify } from "node:util";
import type { RegistryAccess } from "@fairway/images";
import { registryContract } from "@fairway/images/registry.contract";
import { buildBinaries } from "./harness/binaries.ts";
import { selfSigned } from "./registries/certificate.ts";
import { startDockerRegistry, startGoContainerRegistry } from "./registries/start-registry.ts";
import { startTokenServer } from "./registries/token-server.ts";

const stops: (() => Promise<void>)[] = [];
after(async () => {
  for (const stop of stops) await stop();
});

const certificates = selfSigned();
const password = "of-the-registry";
const accounts = {
  pusher: { password, refreshToken: "refresh-of-pusher", actions: ["pull", "push"] },
  reader: { password, refreshToken: "refresh-of-reader", actions: ["pull"] },
};

registryContract("go-containerregistry", async () => {
  const components = process.env["FAIRWAY_TEST_COMPONENTS"] ?? (await buildBinaries(console.log)).components;
  const registry = await startGoContainerRegistry(components);
  stops.push(registry.stop);
  return { address: registry.address, access: () => ({}), mounts: false };
});

registryContract("docker-registry", async () => {
  const registry = await startDockerRegistry();
  stops.push(registry.stop);
  return { address: registry.address, access: () => ({}), mounts: true };
});

registryContract("docker-registry with TLS and a password", async () => {
  const tls = await certificates;
  const { stdout: htpasswd } = await promisify(execFile)("htpasswd", ["-Bbn", "-C", "5", "pusher", password]);
  const registry = await startDockerRegistry({ tls, htpasswd });
  stops.push(registry.stop);
  return {
    address: registry.address,
    access: (address) => withPassword(tls.certificate, address, "pusher", password),
    wrong: (address) => withPassword(tls.certificate, address, "pusher", "wrong-password"),
    mounts: true,
  };
});

registryContract("docker-registry with TLS and tokens", async () => {
  const tls = await certificates;
  const token = await startTokenServer(tls, accounts);
  stops.push(token.stop);
  const registry = await startDockerRegistry({ tls, token: { ...token, certificate: tls.certificate } });
  stops.push(registry.stop);
  return {
    address: registry.address,
    access: (address) => withPassword(tls.certificate, address, "pusher", password),
    wrong: (address) => withPassword(tls.certificate, address, "pusher", "wrong-password"),
    readOnly: (address) => withPassword(tls.certificate, address, "reader", password),
    mounts: true,
  };
});

registryContract("docker-registry with TLS and an identity token", async () => {
  const tls = await certificates;
  const token = await startTokenServer(tls, accounts);
  stops.push(token.stop);
  const registry = await startDockerRegistry({ tls, token: { ...token, certificate: tls.certificate } });
  stops.push(registry.stop);
  const withToken = (address: string, identitytoken: string): RegistryAccess => ({
    certificateAuthority: tls.certificate,
    dockerConfig: JSON.stringify({ auths: { [address]: { identitytoken } } }),
  });
  return {
    address: registry.address,
    access: (address) => withToken(address, accounts.pusher.refreshToken),
    wrong: (address) => withToken(address, "wrong-password"),
    readOnly: (address) => withToken(address, accounts.reader.refreshToken),
    mounts: true,
  };
});

function withPassword(certificateAuthority: string, address: string, user: string, secret: string): RegistryAccess {
  const auth = Buffer.from(`${user}:${secret}`).toString("base64");
  return { certificateAuthority, dockerConfig: JSON.stringify({ auths: { [address]: { auth } } }) };
}
