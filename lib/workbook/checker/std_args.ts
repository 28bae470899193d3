import { fileURLToPath } from "node:url";

/**
 * Returns the arguments that make a child process use the same @std packages as
 * this one.
 *
 * @returns The import map of the offline editions, or an empty array if this
 * process uses the published packages.
 */
export function stdArgs(): string[] {
  const offline = import.meta.resolve("@std/assert").startsWith("file:");
  const map = fileURLToPath(import.meta.resolve("../../std/offline.json"));
  return offline ? [`--import-map=${map}`] : [];
}
