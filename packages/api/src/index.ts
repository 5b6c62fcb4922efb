export { ApiProblem, type ClientProblemCode } from "./api-problem.ts";
export type { CallOptions } from "./call.ts";
export { type Client, type ClientOptions, createClient, type UploadBody } from "./client.ts";
export type { FollowOptions, ServerEvent } from "./event-stream.ts";
export { type OpenApiDocument, openApiDocument } from "./open-api.ts";
export * from "./route.ts";
export * from "./routes.ts";
export { hasCrashed, sameCauses } from "./same-causes.ts";
export * from "./schemas.ts";
