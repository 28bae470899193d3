/**
 * What the drawings use of Preact.
 *
 * @module
 */
export { h } from "preact";
export type { ComponentChildren, VNode } from "preact";
export { useMemo, useState } from "preact/hooks";
