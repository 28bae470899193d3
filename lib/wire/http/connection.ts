/**
 * The fields of a head that are about the connection, not the message (RFC
 * 9112, section 9; RFC 9110, section 10.1.1).
 *
 * @module
 */

import { fieldList, fieldValue } from "./fields.ts";
import type { RequestHead } from "./request.ts";
import type { ResponseHead } from "./response.ts";

/**
 * Returns whether the connection stays open for another request. In HTTP/1.1,
 * it does unless one side sends `Connection: close`; in HTTP/1.0, only if it's
 * asked to with `Connection: keep-alive`.
 *
 * @param head The head of a request or a response.
 * @returns Whether its sender will keep the connection open.
 *
 * @example The default depends on the version
 * ```ts
 * import { keepsAlive } from "./connection.ts";
 * import { assert } from "@std/assert";
 *
 * assert(keepsAlive({ version: "1.1", fields: [] }));
 * assert(!keepsAlive({ version: "1.0", fields: [] }));
 * const fields = [{ name: "connection", value: "close" }];
 * assert(!keepsAlive({ version: "1.1", fields }));
 * ```
 */
export function keepsAlive(
  head: Pick<RequestHead | ResponseHead, "version" | "fields">,
): boolean {
  const options = fieldList(head.fields, "connection");
  if (options.includes("close")) return false;
  return head.version === "1.1" || options.includes("keep-alive");
}

/**
 * Returns whether the client waits for `100 Continue` before it sends the body,
 * so that a server can reject the request without reading the body. HTTP/1.0
 * doesn't have this.
 *
 * @param head The request's head.
 * @returns Whether the client waits.
 *
 * @example What curl sends with a large file
 * ```ts
 * import { expectsContinue } from "./connection.ts";
 * import { assert } from "@std/assert";
 *
 * const fields = [{ name: "expect", value: "100-continue" }];
 * assert(expectsContinue({ version: "1.1", fields }));
 * ```
 */
export function expectsContinue(
  head: Pick<RequestHead, "version" | "fields">,
): boolean {
  return head.version === "1.1" &&
    fieldValue(head.fields, "expect")?.toLowerCase() === "100-continue";
}
