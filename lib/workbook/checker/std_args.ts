import { fileURLToPath } from "node:url";

/**
 * Returns the arguments that give a child process the @std packages of this
 * one.
 *
 * @returns The import map of the offline editions, or nothing if the published
 * packages are in use.
 */
export function stdArgs(): string[] {
  const offline = import.meta.resolve("@std/assert").startsWith("file:");
  const map = fileURLToPath(import.meta.resolve("../../std/offline.json"));
  return offline ? [`--import-map=${map}`] : [];
}
