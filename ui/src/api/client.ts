// The one place that talks to the server.

import createClient from "openapi-fetch";
import type { components, paths } from "./types";

export type Shapes = components["schemas"];
export type Said = Shapes["Fault"];

let token = "";
const signedOut = new Set<() => void>();

export const api = createClient<paths>({ baseUrl: "" });

api.use({
  onRequest({ request }) {
    if (request.method !== "GET") request.headers.set("X-CSRF-Token", token);
    return request;
  },
  onResponse({ response, request }) {
    if (response.status === 401 && !request.url.endsWith("/api/session")) {
      for (const listener of signedOut) listener();
    }
    return response;
  },
});

export const setToken = (value: string): void => void (token = value);
export const getToken = (): string => token;
export const onSignedOut = (listener: () => void): void => void signedOut.add(listener);

const NOBODY: Said = {
  kind: "unreachable",
  message: "The server does not answer.",
  hint: "Look whether it still runs in its terminal.",
};

/** The error of an answer, in the one shape it has. */
export function problemOf(error: unknown): Said {
  const found = (error as { error?: Said } | undefined)?.error;
  return found?.message ? found : NOBODY;
}

type Answer<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

/** The data of an answer; throws what went wrong as a `Said`. */
export async function given<T>(answer: Answer<T>): Promise<T> {
  let found;
  try {
    found = await answer;
  } catch {
    throw NOBODY;
  }
  if (found.error !== undefined || !found.response.ok) throw problemOf(found.error);
  return found.data as T;
}
