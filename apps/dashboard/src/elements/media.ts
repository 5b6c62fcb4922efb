import { useSyncExternalStore } from "react";

const narrow = "(max-width: 760px)";

/** Whether the page has the width of a phone. The same bound as in the style sheets. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = matchMedia(narrow);
      query.addEventListener("change", listener);
      return () => query.removeEventListener("change", listener);
    },
    () => matchMedia(narrow).matches,
  );
}
