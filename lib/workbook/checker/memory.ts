/** The most memory that an answer may use, in MiB. */
export const MEMORY_MIB = 512;

/**
 * Reads how much memory another process uses.
 *
 * @param pid The process.
 * @returns The resident memory in MiB, or 0 if it can't be read on this system.
 */
export function memoryOf(pid: number): number {
  try {
    // Only Linux has this file; elsewhere, V8's own limit must be enough.
    const text = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/^VmRSS:\s*(\d+) kB$/m.exec(text)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
