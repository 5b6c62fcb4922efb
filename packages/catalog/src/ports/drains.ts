/** A cluster that is not on the environment's decision takes no traffic at the edge. */
export interface Drains {
  add(environment: string, service: string, cluster: string): Promise<void>;
  remove(environment: string, service: string, cluster: string): Promise<void>;
  list(): Promise<readonly { readonly environment: string; readonly service: string; readonly cluster: string }[]>;
}
