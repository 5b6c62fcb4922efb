import { type Client, createClient } from "@fairway/api";
import { createContext, use } from "react";

/** Same origin, the session's cookie. The states' gallery puts a client of fixtures in its place. */
export const ClientContext = createContext<Client>(createClient({ baseUrl: "" }));

export function useClient(): Client {
  return use(ClientContext);
}
