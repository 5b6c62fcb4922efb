import type { PreviewEvent } from "@fairway/api";
import { useCallback, useState } from "react";
import { useClient } from "../../data/client.ts";
import { useStream } from "../../data/use-stream.ts";

export type Previewed = Extract<PreviewEvent, { type: "service" }>;

export interface Preview {
  readonly services: ReadonlyMap<string, Previewed>;
  readonly progress: Extract<PreviewEvent, { type: "progress" }> | undefined;
  readonly end: Extract<PreviewEvent, { type: "end" }> | undefined;
}

const nothing: Preview = { services: new Map(), progress: undefined, end: undefined };

/** What every service would become, as the server makes them anew one by one; nothing is changed by it. */
export function usePreview(environment: string): { readonly preview: Preview; readonly error: unknown } {
  const client = useClient();
  const [preview, setPreview] = useState<Preview>(nothing);
  const open = useCallback(
    ({ signal }: { readonly signal: AbortSignal }) => client.previewProfile({ body: { environment }, signal }),
    [client, environment],
  );
  const { error } = useStream(open, (event: PreviewEvent) =>
    setPreview((before) => {
      if (event.type === "service") return { ...before, services: new Map(before.services).set(event.service, event) };
      return event.type === "end" ? { ...before, end: event } : { ...before, progress: event };
    }),
  );
  return { preview, error };
}
