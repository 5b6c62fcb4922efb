import type { Container, PodSpec } from "@fairway/objects";
import type { SecurityLevel } from "@fairway/spec";

/** Uid and gid of "nonroot" in the distroless images; any that is not 0 would do. */
const nonRoot = 65532;

/**
 * `restricted`: nobody in particular, with no rights, on a read-only root. `baseline`: as the image says, root too, but
 * with no more rights than it starts with. `privileged`: nothing is held in here.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function podSecurity(level: SecurityLevel): Pick<PodSpec, "securityContext"> {
  switch (level) {
    case "restricted":
      return {
        securityContext: {
          runAsNonRoot: true,
          runAsUser: nonRoot,
          runAsGroup: nonRoot,
          fsGroup: nonRoot,
          seccompProfile: { type: "RuntimeDefault" },
        },
      };
    case "baseline":
      return { securityContext: { seccompProfile: { type: "RuntimeDefault" } } };
    case "privileged":
      return {};
  }
}

/** The same of a container. */
export function containerSecurity(level: SecurityLevel): Pick<Container, "securityContext"> {
  switch (level) {
    case "restricted":
      return {
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
        },
      };
    case "baseline":
      return { securityContext: { allowPrivilegeEscalation: false } };
    case "privileged":
      return {};
  }
}
