import { ROOT } from "../checker/catalog.ts";

/** The meanings of the system's error codes. */
const MEANINGS: Record<string, string> = {
  EACCES: "permission denied",
  EPERM: "the system doesn't permit it",
  EROFS: "the file system is read-only",
  EISDIR: "it's a folder, not a file",
  ENOTDIR: "a part of the path isn't a folder",
  ENOENT: "it doesn't exist",
  ENOSPC: "the disk is full",
  EDQUOT: "your disk quota is used up",
  EMFILE: "too many open files; `ulimit -n 1024` allows more in this shell",
  ENFILE: "the system has too many open files",
  ENOMEM: "there isn't enough memory",
  EAGAIN: "the system can't start another process",
};

/**
 * Describes an error that isn't a bug in the workbook, such as a full disk or a
 * file that can't be read.
 *
 * @param error The thrown value.
 * @returns One line, or `undefined` for any other kind of error.
 */
export function describeSystemError(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof SuppressedError) {
    // An error, followed by another one in its cleanup.
    return describeSystemError(error.suppressed) ??
      describeSystemError(error.error);
  }
  const code = codeOf(error);
  const meaning = code && MEANINGS[code];
  if (!meaning) return undefined;
  // Deno names the call and the path: `…: readfile '/path/of/the/file'`.
  const [, path] = /: \w+ '([^']+)'/.exec(error.message) ?? [];
  const name = path?.replace(ROOT, "") ?? "the workbook can't continue";
  return `${name}: ${meaning}`;
}

/** What a machine can run out of. */
const SHORTAGES = ["ENOSPC", "EDQUOT", "EMFILE", "ENFILE"];

/**
 * Describes in one line that the machine has run out of something, which is no
 * fault of the program that needed it.
 *
 * @param error What was thrown.
 * @returns The line, or `undefined` for any other kind of error.
 */
export function describeShortage(error: unknown): string | undefined {
  const code = error instanceof Error ? codeOf(error) : undefined;
  return SHORTAGES.includes(code ?? "")
    ? describeSystemError(error)
    : undefined;
}

/** Some lessons open this many files and sockets at once. */
const ENOUGH_FILES = 512;

/**
 * Says that this shell allows too few open files for some lessons. Deno itself
 * may fail without them, and doesn't say why.
 *
 * @param enough How many files are enough.
 * @returns The line, or `undefined` if there are enough, or if the limit
 * isn't known.
 */
export function describeFewFiles(enough = ENOUGH_FILES): string | undefined {
  try {
    // Only Linux has this file.
    const limits = Deno.readTextFileSync("/proc/self/limits");
    const [, most] = /^Max open files +(\d+)/m.exec(limits) ?? [];
    if (!(Number(most) < enough)) return undefined;
    return `this shell allows only ${most} open files, which may be why: ` +
      "`ulimit -n 1024` allows more";
  } catch {
    return undefined;
  }
}

function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: string };
  if (code !== undefined) return code;
  const [, number] = /\(os error (\d+)\)/.exec(error.message) ?? [];
  if (Deno.build.os === "windows" || number === undefined) return undefined;
  return {
    1: "EPERM",
    2: "ENOENT",
    11: "EAGAIN",
    12: "ENOMEM",
    13: "EACCES",
    20: "ENOTDIR",
    21: "EISDIR",
    23: "ENFILE",
    24: "EMFILE",
    28: "ENOSPC",
    30: "EROFS",
  }[number];
}
