export { createGateway, type Gateway, type GatewayOptions, type ListenerResult } from "./gateway.ts";
export { REASON_HEADER } from "./headers.ts";
export { type Backend, type GatewayRoutes, hostName, type Listener, type Route } from "./routes.ts";
