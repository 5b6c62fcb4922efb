import type { ServiceDetail } from "@fairway/api";
import { createContext, use } from "react";

export const ServiceContext = createContext<ServiceDetail | undefined>(undefined);

/** The service whose page is open. The page renders its tabs only when it is known. */
export function useService(): ServiceDetail {
  const service = use(ServiceContext);
  if (service === undefined) throw new Error("a tab was rendered outside of a service's page");
  return service;
}
