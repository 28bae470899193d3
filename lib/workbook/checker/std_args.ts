import { fileURLToPath } from "node:url";

/**
 * The arguments that give a child process the @std packages of this one.
 *
 * @returns Nothing where the published packages are in use, or else the import
 * map of the offline editions.
 */
export function stdArgs(): string[] {
  const offline = import.meta.resolve("@std/assert").startsWith("file:");
  const map = fileURLToPath(import.meta.resolve("../../std/offline.json"));
  return offline ? [`--import-map=${map}`] : [];
}
