/** The most memory that an answer may use, in MiB. */
export const MEMORY_MIB = 512;

/**
 * Reads how much memory another process uses.
 *
 * @param pid The process.
 * @returns Its resident memory in MiB, or 0 where that can't be read.
 */
export function memoryOf(pid: number): number {
  try {
    // Only Linux has this file; elsewhere, V8's own limit has to do.
    const text = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/^VmRSS:\s*(\d+) kB$/m.exec(text)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
