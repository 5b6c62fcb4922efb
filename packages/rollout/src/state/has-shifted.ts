import type { RolloutState } from "./rollout-state.ts";

/** Whether requests of this wave may have gone over to the new release, wholly or in part. */
export function hasShifted({ passed, step, wave: present = 0 }: RolloutState, wave: number): boolean {
  const steps = [...passed, ...(step === undefined ? [] : [{ ...step, wave: present }])];
  return steps.some((one) => one.wave === wave && one.weight > 0);
}
