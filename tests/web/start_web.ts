import { Talk } from "../clients/programs.ts";
import type { WorkbookCopy } from "../workbook/workbook_copy.ts";

/** A copy's code is compiled for the first time, beside other tests. */
const LIMIT_MS = 120_000;

/** The browser edition's server, in a process of its own. */
export interface StartedWeb extends AsyncDisposable {
  /** The process. */
  web: Talk;
  /** The address of its first page. */
  url: string;
}

/**
 * Starts the browser edition of a copy of the workbook.
 *
 * @param copy The copy.
 * @param env Further environment variables.
 * @returns The server, once it has printed its address.
 */
export async function startWeb(
  copy: WorkbookCopy,
  env: Record<string, string> = {},
): Promise<StartedWeb> {
  const deno = Deno.execPath();
  const args = copy.args("web", "--no-open");
  const set = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const options = { limitMs: LIMIT_MS };
  // The environment of this process is that of the tests beside this one, too.
  const web = set.length === 0
    ? new Talk(deno, args, options)
    : new Talk("env", [...set, deno, ...args], options);
  try {
    const [, url] = await web.expect(/(?:^|\n)(http:\S+)/);
    return {
      web,
      url,
      [Symbol.asyncDispose]: () => web[Symbol.asyncDispose](),
    };
  } catch (error) {
    await web[Symbol.asyncDispose]();
    throw error;
  }
}
