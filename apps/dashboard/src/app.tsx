import type { Client } from "@fairway/api";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type RouterHistory, RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { ClientContext } from "./data/client.ts";
import { isSignedOut } from "./data/problem.ts";
import { createAppRouter } from "./router.tsx";

function createCache(): QueryClient {
  const cache: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // A session that ended is the shell's business: it asks again who is signed in.
        if (isSignedOut(error) && query.queryKey[0] !== "account") {
          void cache.invalidateQueries({ queryKey: ["account"] });
        }
      },
    }),
    defaultOptions: {
      queries: {
        // Changes are told by the event stream; what was fetched stays good until one comes.
        staleTime: 30_000,
        retry: false,
        refetchOnWindowFocus: true,
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
  return cache;
}

/** The whole dashboard over a client. */
export function App({ client, history }: { readonly client: Client; readonly history?: RouterHistory }) {
  const [cache] = useState(createCache);
  const [router] = useState(() => createAppRouter(history));
  return (
    <ClientContext value={client}>
      <QueryClientProvider client={cache}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </ClientContext>
  );
}
