/**
 * The one place where the drawings import Preact from, so that its version is
 * pinned once.
 *
 * @module
 */
export { Fragment, h } from "npm:preact@11.2.0";
export type { ComponentChildren, VNode } from "npm:preact@11.2.0";
export { useMemo, useState } from "npm:preact@11.2.0/hooks";
