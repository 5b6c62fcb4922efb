import * as z from "zod";
import { route } from "../route.ts";

export const sessionRoutes = {
  createSignInCode: route({
    method: "POST",
    path: "/v1/sign-in-codes",
    permission: "sessions:create",
    status: 201,
    summary: "A single-use code that signs a browser in",
    response: z.object({ code: z.string(), expiresAt: z.iso.datetime() }),
  }),
  signIn: route({
    method: "POST",
    path: "/v1/session",
    permission: "public",
    status: 204,
    summary: "Turns a single-use code into an HttpOnly cookie",
    body: z.object({ code: z.string().min(1).max(200) }),
    problems: ["code-not-valid"],
  }),
  signOut: route({
    method: "DELETE",
    path: "/v1/session",
    permission: "account:read",
    status: 204,
    summary: "Ends the browser's session",
  }),
  account: route({
    method: "GET",
    path: "/v1/account",
    permission: "account:read",
    status: 200,
    summary: "Who is asking, and what he may do",
    response: z.object({ actor: z.string(), permissions: z.array(z.string()) }),
  }),
} as const;
