/** How patient the engine is; all in milliseconds. */
export interface Limits {
  /** Life of a lease; it is renewed at a third of it. */
  readonly lease: number;
  /** Before trying again for a lease that another engine holds. */
  readonly leaseRetry: number;
  /** How long prepare waits for a cluster. */
  readonly reach: number;
  /** How long a cluster may be silent before the commit point until the rollout fails. */
  readonly unreachable: number;
  /** How long a restore or a cleanup waits for a silent cluster before it goes on without it. */
  readonly giveUp: number;
  /** For workloads without `progressDeadlineSeconds`: how long no further pod may get ready. */
  readonly progress: number;
  /** How long a restored release may take to be healthy before the rollout ends anyway. */
  readonly restored: number;
  /** A changed suspect is journaled at most so often. */
  readonly suspect: number;
  /** Between tries of a failing step; also the pace at which waiting is judged. */
  readonly tick: number;
  /** Between tries to reach a cluster that is behind. */
  readonly converge: number;
  /** Between looks for rollouts that another engine left unfinished. */
  readonly scan: number;
  /** How long a deleted object may take to be gone. */
  readonly deletion: number;
  /** Between measurements of a step or of a wave that is looked at. */
  readonly measure: number;
  /** How long routers may take to share requests out as they were told. */
  readonly shift: number;
  /**
   * How long a cluster's proxies take at most to do what its API says, which nobody can see: kube-proxy writes its rules once a second
   * at most (`--iptables-min-sync-period`, 1 s by default), and then needs a moment.
   */
  readonly sync: number;
  /**
   * How long a cluster's proxies may need at most, after its API was silent, to hear from it again: two back-offs of client-go's reflectors
   * (30 s, up to doubled by jitter).
   */
  readonly deaf: number;
}

export const defaultLimits: Limits = {
  lease: 15_000,
  leaseRetry: 2_000,
  reach: 4_000,
  unreachable: 30_000,
  giveUp: 15_000,
  progress: 300_000,
  restored: 120_000,
  suspect: 3_000,
  tick: 1_000,
  converge: 5_000,
  scan: 10_000,
  deletion: 120_000,
  measure: 15_000,
  shift: 60_000,
  sync: 2_000,
  deaf: 120_000,
};
