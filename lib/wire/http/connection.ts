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
 * Whether the connection stays open for another request. In 1.1 it does unless
 * one side says `close`; in 1.0 it does only if asked to with `keep-alive`.
 *
 * @param head The head of either side.
 * @returns Whether its sender means to keep it open.
 *
 * @example Two versions, two customs
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
 * Whether the client waits for `100 Continue` before it sends the body, so that
 * a server can refuse it before it comes. A client of version 1.0 can't.
 *
 * @param head The request's head.
 * @returns Whether it waits.
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
