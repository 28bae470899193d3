/**
 * Writes a number of bytes in three digits: `10 B`, `64 KiB`, `3.9 MiB`.
 *
 * @param bytes The number.
 */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const text = unit === 0 || value >= 99.95
    ? value.toFixed(0)
    : value.toFixed(1).replace(/\.0$/, "");
  return `${text} ${units[unit]}`;
}
