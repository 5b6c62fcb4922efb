import * as z from "zod";
import type { Route } from "./route.ts";
import * as schemas from "./schemas.ts";

type Json = Readonly<Record<string, unknown>>;

/** An OpenAPI 3.1 document as JSON. */
export interface OpenApiDocument {
  readonly openapi: "3.1.1";
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Json>>;
    readonly securitySchemes: Readonly<Record<string, Json>>;
  };
}

/** Shapes that have a name of their own in the document. */
const named = {
  Problem: schemas.problem,
  Cause: schemas.cause,
  Pod: schemas.pod,
  ServiceInCluster: schemas.serviceInCluster,
  RolloutSummary: schemas.rolloutSummary,
  PhaseInCluster: schemas.phaseInCluster,
  RolloutDetail: schemas.rolloutDetail,
  ServiceSummary: schemas.serviceSummary,
  ServiceDetail: schemas.serviceDetail,
  Release: schemas.release,
  ClusterSummary: schemas.clusterSummary,
  RegistrySummary: schemas.registrySummary,
  ImageEvent: schemas.imageEvent,
  KubernetesEvent: schemas.kubernetesEvent,
  LogLine: schemas.logLine,
  LiveEvent: schemas.liveEvent,
  EdgeRoutes: schemas.edgeRoutes,
};

/**
 * Describes routes as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1): operationId is the route's name,
 * `x-fairway-permission` what the caller needs, every failure a problem (RFC 9457) whose codes are listed.
 */
export function openApiDocument(routes: Readonly<Record<string, Route>>, version: string): OpenApiDocument {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  for (const [name, route] of Object.entries(routes)) {
    if (route.response !== undefined && !registry.has(route.response)) {
      registry.add(route.response, { id: `${name.charAt(0).toUpperCase()}${name.slice(1)}Response` });
    }
  }
  const components = z.toJSONSchema(registry, { uri: reference, unrepresentable: "any" }).schemas;
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, route] of Object.entries(routes)) {
    const id = route.response === undefined ? undefined : registry.get(route.response)?.id;
    const operations = paths[route.path] ?? {};
    operations[route.method.toLowerCase()] = operation(name, route, id);
    paths[route.path] = operations;
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Fairway",
      version,
      description:
        "The API of a Fairway server. Everything that the command line and the dashboard do goes through it.",
    },
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(components).map(([id, schema]) => [id, withoutIdentity(schema)])),
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        session: { type: "apiKey", in: "cookie", name: "fairway_session" },
      },
    },
  };
}

function operation(name: string, route: Route, response: string | undefined): Json {
  return {
    operationId: name,
    summary: route.summary,
    "x-fairway-permission": route.permission,
    ...(route.permission === "public" ? { security: [] } : { security: [{ token: [] }, { session: [] }] }),
    parameters: [...parameters("path", route.params), ...parameters("query", route.query), ...resumeHeader(route)],
    ...requestBody(route),
    responses: {
      [String(route.status)]: { description: route.summary, ...content(route, response) },
      default: {
        description: ["A problem", ...(route.problems ?? [])].join("; "),
        content: { "application/problem+json": { schema: { $ref: reference("Problem") } } },
        ...(route.problems === undefined ? {} : { "x-fairway-problems": route.problems }),
      },
    },
  };
}

function parameters(place: "path" | "query", schema: z.ZodType | undefined): readonly Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = inputSchema(schema);
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: property,
  }));
}

function resumeHeader(route: Route): readonly Json[] {
  if (route.stream !== "sse") return [];
  return [{ name: "Last-Event-ID", in: "header", required: false, schema: { type: "string" } }];
}

function requestBody(route: Route): Json {
  if (route.upload !== undefined) {
    return { requestBody: { required: true, content: { [route.upload.contentType]: {} } } };
  }
  if (route.body === undefined) return {};
  const { $schema: _, ...schema } = inputSchema(route.body);
  return { requestBody: { required: true, content: { "application/json": { schema } } } };
}

function content(route: Route, response: string | undefined): Json {
  if (route.stream === "text") return { content: { "text/plain": { schema: { type: "string" } } } };
  if (response === undefined) return {};
  const mediaType = route.stream === "sse" ? "text/event-stream" : "application/json";
  return { content: { [mediaType]: { schema: { $ref: reference(response) } } } };
}

function inputSchema(schema: z.ZodType): z.core.JSONSchema.JSONSchema {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
}

function reference(id: string): string {
  return `#/components/schemas/${id}`;
}

/** The place in `components` names a schema; a `$id` beside it would move the base of its references. */
function withoutIdentity(schema: z.core.JSONSchema.JSONSchema): Json {
  const { $schema: _, $id: __, ...rest } = schema;
  return rest;
}
