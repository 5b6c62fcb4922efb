import {
  type Active,
  type Clock,
  type Journal,
  type JournalRecord,
  type Lease,
  LeaseLost,
  type RolloutHeader,
  SequenceConflict,
  type StoredCommand,
} from "../ports.ts";

interface Stored<Body> {
  readonly header: RolloutHeader;
  readonly records: JournalRecord<Body>[];
  readonly commands: StoredCommand[];
  state: "open" | "converging" | "closed";
}

/** A journal that lives as long as the process. Leases expire by the given clock. Bodies are kept as JSON. */
export function memoryJournal<Body>(clock: Pick<Clock, "now">): Journal<Body> {
  const rollouts = new Map<number, Stored<Body>>();
  const keys = new Map<string, number>();
  const active = new Map<string, Active | undefined>();
  const leases = new Map<string, { owner: string; epoch: number; expiresAt: number; free: boolean }>();
  const listeners = new Set<(rollout: number, sequence?: number) => void>();

  const at = (): string => new Date(clock.now()).toISOString();
  const holder = (lease: Lease) => {
    const held = leases.get(keyOf(lease.environment, lease.service));
    return held !== undefined && !held.free && held.epoch === lease.epoch ? held : undefined;
  };

  const write = (
    rollout: number,
    afterSequence: number,
    body: Body,
    lease: Lease,
    state: Stored<Body>["state"][],
  ): JournalRecord<Body> => {
    const stored = rollouts.get(rollout);
    if (stored === undefined) throw new Error(`no rollout ${rollout}`);
    const { environment, service } = stored.header;
    const held = holder(lease);
    const fits = lease.environment === environment && lease.service === service;
    if (!fits || held === undefined || held.expiresAt <= clock.now()) throw new LeaseLost(environment, service);
    if (!state.includes(stored.state) || stored.records.length !== afterSequence) {
      throw new SequenceConflict(rollout, afterSequence);
    }
    const record = { rollout, sequence: afterSequence + 1, epoch: lease.epoch, at: at(), body: copy(body) };
    stored.records.push(record);
    return record;
  };

  const tell = (rollout: number, sequence?: number): void => {
    for (const listener of listeners) queueMicrotask(() => listeners.has(listener) && listener(rollout, sequence));
  };

  const stored = (rollout: number): Stored<Body> => {
    const found = rollouts.get(rollout);
    if (found === undefined) throw new Error(`no rollout ${rollout}`);
    return found;
  };

  return {
    async create(header, idempotencyKey) {
      const known = keys.get(idempotencyKey);
      if (known !== undefined) return stored(known).header;
      const made: RolloutHeader = { ...header, number: rollouts.size + 1, createdAt: at() };
      rollouts.set(made.number, { header: made, records: [], commands: [], state: "open" });
      keys.set(idempotencyKey, made.number);
      return made;
    },
    async header(rollout) {
      return rollouts.get(rollout)?.header;
    },
    async append(rollout, afterSequence, body, lease) {
      const record = write(rollout, afterSequence, body, lease, ["open", "converging"]);
      tell(rollout, record.sequence);
      return record;
    },
    async read(rollout, afterSequence = 0) {
      return rollouts.get(rollout)?.records.slice(afterSequence) ?? [];
    },
    async unfinished(of) {
      const isAsked = ({ environment, service }: RolloutHeader): boolean =>
        of === undefined || (environment === of.environment && service === of.service);
      return [...rollouts.values()]
        .filter(({ state, header }) => state !== "closed" && isAsked(header))
        .map(({ header }) => header);
    },
    async finish(rollout, afterSequence, body, lease, outcome) {
      const record = write(rollout, afterSequence, body, lease, ["open"]);
      const own = stored(rollout);
      own.state = outcome.converging.length > 0 ? "converging" : "closed";
      active.set(keyOf(own.header.environment, own.header.service), outcome.active);
      tell(rollout, record.sequence);
      return record;
    },
    async close(rollout, afterSequence, body, lease) {
      const record = write(rollout, afterSequence, body, lease, ["converging"]);
      stored(rollout).state = "closed";
      tell(rollout, record.sequence);
      return record;
    },
    async command(rollout, command) {
      const own = stored(rollout);
      if (own.commands.some(({ id }) => id === command.id)) return true;
      if (own.state === "closed") return false;
      own.commands.push({ ...copy(command), rollout, at: at() });
      tell(rollout);
      return true;
    },
    async commands(rollout) {
      return [...(rollouts.get(rollout)?.commands ?? [])];
    },
    async active(environment, service) {
      return active.get(keyOf(environment, service));
    },
    async acquire(environment, service, owner, ttlMilliseconds) {
      const key = keyOf(environment, service);
      const held = leases.get(key);
      if (held !== undefined && !held.free && held.owner !== owner && held.expiresAt > clock.now()) return undefined;
      const epoch = (held?.epoch ?? 0) + 1;
      const expiresAt = clock.now() + ttlMilliseconds;
      leases.set(key, { owner, epoch, expiresAt, free: false });
      return { environment, service, owner, epoch, expiresAt };
    },
    async renew(lease, ttlMilliseconds) {
      const held = holder(lease);
      if (held === undefined) return undefined;
      held.expiresAt = clock.now() + ttlMilliseconds;
      return { ...lease, expiresAt: held.expiresAt };
    },
    async release(lease) {
      const held = holder(lease);
      if (held !== undefined) held.free = true;
    },
    onAppend(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function keyOf(environment: string, service: string): string {
  return `${environment}/${service}`;
}

function copy<T>(value: T): T {
  return structuredClone(value);
}
