/** A socket that does not exist, of those that `lessons/mod.ts` allows. */
export const MISSING_NAME = "missing.sock";

/** A name that makes any path too long: 108 bytes are too many on Linux. */
export const LONG_NAME: string = `${"long_".repeat(24)}.sock`;
