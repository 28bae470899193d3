/**
 * What the drawings use of Preact. The import map pins its version.
 *
 * @module
 */
export { Fragment, h } from "../deps/preact.ts";
export type { ComponentChildren, VNode } from "../deps/preact.ts";
export { useMemo, useState } from "../deps/hooks.ts";
