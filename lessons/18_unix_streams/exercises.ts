/** The exercises of lesson 18. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkListenAt } from "./checks/listen_at.ts";
import { checkPathFits } from "./checks/path_fits.ts";
import * as solution from "./solution.ts";
import type { ListenAt, PathFits } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<ListenAt>({
    id: "18.1",
    title: "Listen at a stale path",
    passed: "It removes a stale socket file, and nothing else.",
    real: "lib/net/listen_unix.ts",
    solution: solution.listenAt,
    hints: [
      "You must remove a stale socket file, and nothing else. How can you tell " +
      "whether a server is still listening on a socket?",
      "Start with `Deno.listen()`. If it throws AddrInUse, find out what's there " +
      "(`Deno.lstat(path)`), and try to connect (`Deno.connect()`). If it's a " +
      "socket and the connection is refused, remove it and listen again. " +
      "Otherwise, throw the AddrInUse that you caught.",
      "Most of the code:\n" +
      "    try {\n" +
      '      return Deno.listen({ transport: "unix", path });\n' +
      "    } catch (error) {\n" +
      "      if (!(error instanceof Deno.errors.AddrInUse)) throw error;\n" +
      "      const { isSocket } = await Deno.lstat(path);\n" +
      "      if (!isSocket || await isInUse(path)) throw error;\n" +
      "    }\n" +
      "    // remove, and listen again\n" +
      "where isInUse() connects and closes: true if that works, and true for " +
      "every error except ConnectionRefused.",
    ],
    read: "A stale path",
    check: checkListenAt,
  }),
  exercise<PathFits>({
    id: "18.2",
    pure: true,
    title: "Check that a path is short enough",
    passed: "It counts bytes of UTF-8, like the kernel.",
    real: "lib/net/unix_path.ts",
    solution: solution.pathFits,
    hints: [
      "The size of the kernel's field is in bytes. How many bytes does `ü` take?",
      "Convert the path to the bytes that the kernel gets, and count those. " +
      "`TextEncoder` encodes UTF-8.",
      "Most of the code:\n" +
      "    const bytes = new TextEncoder().encode(path);\n" +
      "Then compare bytes.length with 107, which still fits.",
    ],
    read: "How long a path can be",
    check: checkPathFits,
  }),
];
