import type { Approve } from "../access/escalation.ts";

/** How a write is to be done, whoever asks for it. */
export interface WriteContext {
  readonly manager: string;
  readonly subresource: "" | "status" | "scale" | "finalize";
  readonly dryRun: boolean;
  /** Whether a change is told, not a whole object. */
  readonly patch?: boolean;
  /** What is created has no `managedFields`, until somebody applies to it. */
  readonly isUnowned?: boolean;
  /** Paths of fields that the body has twice. */
  readonly repeated?: readonly string[];
  /** What happens to fields that the schema does not know. */
  readonly fieldValidation: "Ignore" | "Warn" | "Strict";
  warn(message: string): void;
  /** Looks at a valid object before it is stored; throws `ApiError` when it may not be. */
  readonly approve?: Approve;
}
