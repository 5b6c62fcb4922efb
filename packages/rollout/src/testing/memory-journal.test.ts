import { type ContractBody, journalContract } from "../journal.contract.ts";
import { memoryJournal } from "./memory-journal.ts";
import { virtualClock } from "./virtual-clock.ts";

journalContract("memory", async () => {
  const clock = virtualClock();
  const journal = memoryJournal<ContractBody>(clock);
  return { journal, other: journal, elapse: (milliseconds) => clock.advance(milliseconds), close: async () => {} };
});
