/** The values that the server wrote into the page for its script. */
const { base = "/", token } = document.body.dataset;

/** The path that every address begins with. */
export const BASE: string = base;

/**
 * The token that commands must carry; `undefined` on a page without a server.
 */
export const TOKEN: string | undefined = token;

/** Whether there's a server that takes commands. */
export const IS_LIVE: boolean = token !== undefined;
