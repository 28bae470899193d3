/**
 * The parts of Preact that the drawings use.
 *
 * @module
 */
export { h } from "../deps/preact.ts";
export type { ComponentChildren, VNode } from "../deps/preact.ts";
export { useMemo, useState } from "../deps/hooks.ts";
