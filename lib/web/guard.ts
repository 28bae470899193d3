/** The content security policy: a page may load only the server's own files. */
export const CONTENT_POLICY: string[] = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
];

/** The header fields of every response. */
export const SECURITY_HEADERS: Record<string, string> = {
  "content-security-policy": [...CONTENT_POLICY, "frame-ancestors 'none'"]
    .join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** The values that a request must have. */
export interface GuardOptions {
  /** The server's address, such as `127.0.0.1:8000`. */
  host: string;
  /** The token that commands must carry. */
  token: string;
}

/**
 * Says why a request must not be answered.
 *
 * Checking the host keeps out DNS rebinding, in which another site's name leads
 * to this machine. Checking the origin and the token keeps out commands from
 * pages of other sites.
 *
 * @param request The request.
 * @param options The values that it must have.
 * @returns One line for the response 403, or `undefined` if it may be answered.
 *
 * @example A command from another site
 * ```ts
 * import { whyForbidden } from "./guard.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const request = new Request("http://127.0.0.1:8000/api/run", {
 *   method: "POST",
 *   headers: { host: "127.0.0.1:8000", origin: "https://example.org" },
 * });
 * assertEquals(
 *   whyForbidden(request, { host: "127.0.0.1:8000", token: "secret" }),
 *   "wrong origin",
 * );
 * ```
 */
export function whyForbidden(
  request: Request,
  { host, token }: GuardOptions,
): string | undefined {
  const { headers, method } = request;
  if (headers.get("host") !== host) return "wrong host";
  if (method === "GET" || method === "HEAD") return undefined;
  if (headers.get("origin") !== `http://${host}`) return "wrong origin";
  if (headers.get("x-workbook-token") !== token) return "wrong token";
  return undefined;
}
