import type { FastifyReply, FastifyRequest } from "fastify";

const name = "fairway_session";
const attributes = { path: "/", httpOnly: true, sameSite: "strict" } as const;

/** The browser's proof of a session: HttpOnly, never sent from other sites, signed by the server's session key. */
export const sessionCookie = {
  isSent(request: FastifyRequest): boolean {
    return request.cookies[name] !== undefined;
  },
  /** The session's id, when the cookie is there and its signature is ours. */
  read(request: FastifyRequest): string | undefined {
    const signed = request.cookies[name];
    if (signed === undefined) return undefined;
    const { valid, value } = request.unsignCookie(signed);
    return valid && value !== null ? value : undefined;
  },
  write(reply: FastifyReply, session: { readonly id: string; readonly expiresAt: number }): void {
    const secure = reply.request.protocol === "https";
    reply.setCookie(name, session.id, { ...attributes, secure, signed: true, expires: new Date(session.expiresAt) });
  },
  clear(reply: FastifyReply): void {
    reply.clearCookie(name, attributes);
  },
};
