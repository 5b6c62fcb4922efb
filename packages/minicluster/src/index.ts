export { type ApiServer, type ApiServerOptions, startApiServer } from "./http/api-server.ts";
export { type Minicluster, type MiniclusterOptions, startMinicluster } from "./minicluster.ts";
export * from "./objects-api.ts";
export { type Objects, type ObjectsOptions, openObjects } from "./open-objects.ts";
export { ApiError, type Status, type StatusCause } from "./status.ts";
