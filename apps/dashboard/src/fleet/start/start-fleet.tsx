import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../../data/client.ts";
import { useEnvironmentFlag } from "../../data/environment.ts";
import { Button } from "../../elements/button.tsx";
import { Question } from "../../elements/dialog.tsx";
import { NumberField } from "../../elements/field.tsx";
import "./start-fleet.css";

/** How carefully it goes, and the one button; asks once, then leads to what has begun. */
export function StartFleet({ environment, enabled }: { readonly environment: string; readonly enabled: boolean }) {
  const client = useClient();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const flag = useEnvironmentFlag();
  const [parallel, setParallel] = useState(10);
  const [stopAfter, setStopAfter] = useState(1);
  const [asking, setAsking] = useState(false);
  const start = useMutation({
    mutationFn: () => client.startFleet({ body: { environment, parallel, stopAfter } }),
    onSuccess: async ({ number }) => {
      setAsking(false);
      void cache.invalidateQueries({ queryKey: ["fleets"] });
      await navigate({ to: "/fleets/$number", params: { number: String(number) } });
    },
  });
  const care = `${parallel === 10 ? "" : ` --parallel ${parallel}`}${stopAfter === 1 ? "" : ` --stop-after ${stopAfter}`}`;
  return (
    <div className="start-fleet">
      <NumberField label="Rollouts at a time, at most" least={1} most={100} value={parallel} onChange={setParallel} />
      <NumberField label="Halt after failures" least={1} most={10_000} value={stopAfter} onChange={setStopAfter} />
      <Button
        look="main"
        disabled={!enabled}
        onClick={() => {
          start.reset();
          setAsking(true);
        }}
      >
        Start
      </Button>
      {asking && (
        <Question
          title={`Start a fleet rollout in ${environment}?`}
          command={`fairway fleet start${flag}${care}`}
          answer={start.isPending ? "Starting" : "Start"}
          busy={start.isPending}
          error={start.error}
          onAnswer={() => start.mutate()}
          onClose={() => setAsking(false)}
        >
          <p>
            It begins with one service; each that succeeds makes room for one more, up to {parallel} at a time. It halts
            after {stopAfter === 1 ? "the first failure" : `${stopAfter} failures`}, and can be paused or stopped at any
            time.
          </p>
        </Question>
      )}
    </div>
  );
}
